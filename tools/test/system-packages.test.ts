import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandOf, installPackages } from '../system-packages.mjs';
import { TemporaryWorkspace } from './support/temporary-workspace.ts';

describe('the command of a package', () => {
  it('is what can be started, in the order of the folders; another browser of the kind will do', () => {
    using workspace = new TemporaryWorkspace({
      'one/chromium': 'no program',
      'two/google-chrome': '',
      'three/chromium': '',
    });
    const [one, two, three] = ['one', 'two', 'three'].map((folder) => join(workspace.root, folder));
    chmodSync(join(workspace.root, 'one/chromium'), 0o644);
    chmodSync(join(workspace.root, 'two/google-chrome'), 0o755);
    chmodSync(join(workspace.root, 'three/chromium'), 0o755);
    expect(commandOf('chromium', [one, two].join(delimiter))).toBe(join(two ?? '', 'google-chrome'));
    expect(commandOf('chromium', [one, two, three].join(delimiter))).toBe(join(three ?? '', 'chromium'));
  });

  it('is nothing where none can be started', () => {
    expect(commandOf('chromium', '')).toBeUndefined();
  });
});

describe('packages that are missing', () => {
  /** Runs it with an apt-get whose commands end like this; gives what was asked of it. */
  const install = (...ends: readonly boolean[]) => {
    const asked: string[] = [];
    const left = [...ends];
    const apt = (...words: readonly string[]): boolean => {
      asked.push(words[0] ?? '');
      return left.shift() ?? false;
    };
    return { asked, run: () => installPackages(['chromium'], apt) };
  };

  it.each([
    ['at once where the lists of packages are good', [true], ['install']],
    ['after an update where they are not', [false, true, true], ['install', 'update', 'install']],
  ])('are installed %s', (_, ends, expected) => {
    const { asked, run } = install(...ends);
    run();
    expect(asked).toEqual(expected);
  });

  it.each([[[false, false]], [[false, true, false]]])('are an error when that fails: %j', (ends) => {
    expect(install(...ends).run).toThrow('apt-get could not install chromium');
  });
});
