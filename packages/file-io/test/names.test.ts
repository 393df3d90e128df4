import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldedName, nameProblem, pathProblem } from '../src/names.ts';

const both = ['posix', 'windows'] as const;

describe.each(both)('the rules of %s', (platform) => {
  it.each(['a', 'model.bin', '.hidden', '...a', 'ünïcødé', '文件', 'a b', 'CONSOLE', 'com', 'com10', 'x'.repeat(255)])(
    'accept the name %j',
    (name) => {
      expect(nameProblem(name, platform)).toBeUndefined();
    },
  );

  it.each([
    ['', 'is empty'],
    ['.', 'relative'],
    ['..', 'relative'],
    ['a/b', 'separator'],
    ['a\0b', 'NUL'],
    ['\ud800', 'Unicode'],
    ['x'.repeat(256), 'longer'],
  ])('refuse the name %j: it %s', (name, problem) => {
    expect(nameProblem(name, platform)).toContain(problem);
  });

  it.each(['/etc/passwd', '/', '', 'a//b', 'a/', '../a', 'a/../b', 'a/..', './a', 'a/./b', `a/${'b'.repeat(256)}`])(
    'refuse the path %j',
    (path) => {
      expect(pathProblem(path, platform)).toBeDefined();
    },
  );

  it('refuse a path that is too long as a whole', () => {
    expect(pathProblem(`${'a/'.repeat(2_047)}a`, platform)).toBeUndefined();
    expect(pathProblem(`${'a/'.repeat(2_048)}a`, platform)).toContain('longer');
  });
});

describe('names that only Windows refuses', () => {
  it.each([
    ['a\\b', 'separator'],
    ['..\\a', 'separator'],
    ['\\\\server\\share', 'separator'],
    ['\\\\?\\C:\\a', 'separator'],
    ['C:', 'drive'],
    ['C:a', 'drive'],
    ['a.txt:stream', 'stream'],
    ['a.txt::$DATA', 'stream'],
    ['a\nb', 'character'],
    ['a\u001f', 'character'],
    ['a<b', 'character'],
    ['a>b', 'character'],
    ['a"b', 'character'],
    ['a|b', 'character'],
    ['a?b', 'character'],
    ['a*b', 'character'],
    ['a.', 'dot'],
    ['a ', 'space'],
    ['a. .', 'dot'],
    ['...', 'dot'],
    ['CON', 'device'],
    ['con', 'device'],
    ['PRN', 'device'],
    ['Aux', 'device'],
    ['NUL', 'device'],
    ['NUL.txt', 'device'],
    ['nul.tar.gz', 'device'],
    ['nul .txt', 'device'],
    ['COM0', 'device'],
    ['COM1', 'device'],
    ['com9.log', 'device'],
    ['COM¹', 'device'],
    ['LPT².x', 'device'],
    ['lpt³', 'device'],
    ['LPT1', 'device'],
    ['CONIN$', 'device'],
    ['CONOUT$', 'device'],
  ])('%j', (name, problem) => {
    expect(nameProblem(name, 'windows')).toContain(problem);
    expect(nameProblem(name, 'posix')).toBeUndefined();
  });

  it('a name may have 255 characters there, here 255 bytes', () => {
    const name = 'é'.repeat(200);
    expect(nameProblem(name, 'windows')).toBeUndefined();
    expect(nameProblem(name, 'posix')).toContain('longer');
  });
});

describe('the folded form of a name', () => {
  it.each([
    ['README', 'readme'],
    ['Ä', 'ä'],
    ['\u00e9', 'e\u0301'],
    ['\u00c9', 'e\u0301'],
    ['ÿ', 'Ÿ'],
    ['Ω', 'ω'],
    ['\u212b', '\u00e5'],
  ])('%j and %j are one to some file systems', (a, b) => {
    expect(foldedName(a)).toBe(foldedName(b));
  });

  it.each([
    ['ß', 'ss'],
    ['ﬁ', 'fi'],
    ['a', 'á'],
    ['a', 'b'],
  ])('%j and %j are two everywhere', (a, b) => {
    expect(foldedName(a)).not.toBe(foldedName(b));
  });
});

describe('any path of a peer', () => {
  const hostileName = fc.oneof(
    fc.constantFrom('..', '.', '', 'C:', 'NUL', 'a\\..\\..\\b', '\\', '\\\\host\\share', 'a:b', 'con.txt', ' ', 'a.'),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.string({ maxLength: 8 }),
  );
  const hostilePath = fc.oneof(
    fc.array(hostileName, { maxLength: 5 }).map((names) => names.join('/')),
    fc.string({ maxLength: 20 }),
  );

  it('stays below the folder when POSIX rules accept it', () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        fc.pre(pathProblem(path, 'posix') === undefined);
        expect(posix.resolve('/target', path)).toBe(`/target/${path}`);
      }),
    );
  });

  it('stays below the folder when the rules of Windows accept it', () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        fc.pre(pathProblem(path, 'windows') === undefined);
        expect(win32.resolve('C:\\target', path)).toBe(`C:\\target\\${path.replaceAll('/', '\\')}`);
      }),
    );
  });

  it('is judged without a throw, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...both), (path, platform) => {
        expect(['string', 'undefined']).toContain(typeof pathProblem(path, platform));
      }),
    );
  });
});
