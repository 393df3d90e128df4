import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { idProblem, maxIdBytes, printable, reasonOf, shortRef } from '../../src/base/text.ts';

describe('ids and identities', () => {
  it.each(['a', 'site-1', 'ü', '受信者', 'a b', 'x'.repeat(128), 'é'.repeat(64)])('T1 %j is an id', (id) => {
    expect(idProblem(id)).toBeUndefined();
  });

  it.each([
    [undefined, 'is not a string'],
    [7, 'is not a string'],
    ['', 'is empty'],
    ['x'.repeat(129), 'longer than 128 bytes'],
    ['é'.repeat(65), 'longer than 128 bytes'],
    ['a\nb', 'control character'],
    ['a\u0085b', 'control character'],
    ['\ud800', 'not valid Unicode'],
    ['e\u0301', 'normalisation form NFC'],
  ])('T1 %j is none: %s', (id, problem) => {
    expect(idProblem(id)).toContain(problem);
  });

  it('T1 whatever passes has 1 to 128 bytes of UTF-8 and survives encoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (id) => {
        if (idProblem(id) !== undefined) return;
        const bytes = new TextEncoder().encode(id);
        expect(bytes.byteLength).toBeGreaterThan(0);
        expect(bytes.byteLength).toBeLessThanOrEqual(maxIdBytes);
        expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)).toBe(id);
      }),
    );
  });

  it('R1 of a ref id eight characters are shown', () => {
    expect(shortRef('R12345678-9abc')).toBe('R1234567');
    expect(shortRef('R1')).toBe('R1');
    expect(shortRef('\u001b[2Jabcdefgh')).toBe('\\u{1b}[2Jabcd');
  });
});

describe('text of a peer', () => {
  it.each([
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['a\r\nb', 'a\\u{d}\\u{a}b'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['\ud83d', '\\u{d83d}'],
    ['grüße 🙂', 'grüße 🙂'],
  ])('W7 %j is printed as %j', (text, printed) => {
    expect(printable(text)).toBe(printed);
  });

  it('W7 long text is cut', () => {
    expect(printable('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
    expect(printable('abcdef', 3)).toBe('abc…');
  });

  it('W7 nothing printed can steer a terminal or a log, whatever the text was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('W7 what was thrown is said in words, whatever it is', () => {
    expect(reasonOf(new Error('broken\u0007'))).toBe('broken\\u{7}');
    expect(reasonOf(new TypeError())).toBe('TypeError');
    expect(reasonOf('plain')).toBe('plain');
    expect(reasonOf({ toString: () => 'own' })).toBe('[object Object]');
    expect(reasonOf(undefined)).toBe('[object Undefined]');
  });
});
