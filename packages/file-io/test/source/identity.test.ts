import { describe, expect, it } from 'vitest';
import { changeBetween, type FileIdentity } from '../../src/source/identity.ts';

const before: FileIdentity = { size: 10n, mtimeNs: 1n, ctimeNs: 1n, inode: 1n, device: 1n };

describe('I3 a file between two looks', () => {
  it('that is the same is unchanged', () => {
    expect(changeBetween(before, { ...before })).toBeUndefined();
  });

  it.each([
    [{ size: 9n }, 'truncated'],
    [{ size: 11n }, 'grown'],
    [{ mtimeNs: 2n }, 'rewritten'],
    [{ mtimeNs: 0n }, 'rewritten'],
    [{ ctimeNs: 2n }, 'attributes'],
    [{ inode: 2n }, 'replaced'],
    [{ device: 2n }, 'replaced'],
    [{ inode: 2n, size: 9n }, 'replaced'],
  ])('that differs in %o was %s', (difference, what) => {
    expect(changeBetween(before, { ...before, ...difference })).toContain(what);
  });
});
