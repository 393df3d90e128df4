import { describe, expect, it } from 'vitest';
import { contenders } from '../../bench/contenders.mjs';
import { hindrance } from '../../bench/measure.mjs';

const free = 2 ** 30;

describe('an entry is left out', () => {
  const { towline } = contenders;

  it('when a command or a package that its contender needs is not here', () => {
    const contender = { ...towline, commands: ['node', 'no-such-command'], packages: ['no-such-package'] };
    expect(hindrance({ contender }, free)).toBe(
      'no-such-command and no-such-package is not installed (--install-peers)',
    );
  });

  it('when the disk has no room for what it moves', () => {
    expect(hindrance({ contender: towline, diskBytes: free + 1 }, free)).toBe('2 GiB are not free on the disk');
  });

  it('else not', () => {
    expect(hindrance({ contender: towline, diskBytes: free }, free)).toBeUndefined();
    expect(hindrance({}, free)).toBeUndefined();
  });
});
