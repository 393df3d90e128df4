import { describe, expect, it } from 'vitest';
import type { OpenFile } from '../../src/io/open-file.ts';
import { FileCache } from '../../src/io/file-cache.ts';

/** Files that only know whether they are open. */
function fakeDisk(): { open: (key: string) => () => Promise<OpenFile>; opened: string[]; closed: string[] } {
  const opened: string[] = [];
  const closed: string[] = [];
  const open = (key: string) => async (): Promise<OpenFile> => {
    opened.push(key);
    const close = async (): Promise<void> => void closed.push(key);
    return { close } as unknown as OpenFile;
  };
  return { open, opened, closed };
}

const nothing = async (): Promise<void> => {};

describe('a cache of open files', () => {
  it('opens a file once, also for users at the same time', async () => {
    const { open, opened, closed } = fakeDisk();
    const cache = new FileCache<string>();
    await Promise.all([cache.use('a', open('a'), nothing), cache.use('a', open('a'), nothing)]);
    await cache.use('a', open('a'), nothing);
    expect({ opened, closed }).toEqual({ opened: ['a'], closed: [] });
  });

  it('closes the file that was not used for the longest time', async () => {
    const { open, closed } = fakeDisk();
    const cache = new FileCache<string>(2);
    for (const key of ['a', 'b', 'a', 'c']) await cache.use(key, open(key), nothing);
    expect(closed).toEqual(['b']);
  });

  it('never closes a file that is in use', async () => {
    const { open, closed } = fakeDisk();
    const cache = new FileCache<string>(1);
    await cache.use('a', open('a'), async () => {
      await cache.use('b', open('b'), nothing);
      expect(closed).toEqual(['b']);
      await cache.clear();
      expect(closed).toEqual(['b']);
    });
    expect(closed).toEqual(['b', 'a']);
  });

  it('drops a file whose use failed, and opens it anew', async () => {
    const { open, opened, closed } = fakeDisk();
    const cache = new FileCache<string>();
    await expect(cache.use('a', open('a'), () => Promise.reject(new Error('changed')))).rejects.toThrow('changed');
    expect(closed).toEqual(['a']);
    await cache.use('a', open('a'), nothing);
    expect(opened).toEqual(['a', 'a']);
  });

  it('tells of a file that cannot be opened, and tries again the next time', async () => {
    const { open } = fakeDisk();
    const cache = new FileCache<string>();
    await expect(cache.use('a', () => Promise.reject(new Error('no')), nothing)).rejects.toThrow('no');
    await expect(cache.use('a', open('a'), async () => 'used')).resolves.toBe('used');
  });

  it('closes all when it is cleared', async () => {
    const { open, closed } = fakeDisk();
    const cache = new FileCache<string>();
    for (const key of ['a', 'b']) await cache.use(key, open(key), nothing);
    await cache.clear();
    expect(closed).toEqual(['a', 'b']);
  });
});
