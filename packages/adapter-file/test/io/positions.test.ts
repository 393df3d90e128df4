import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/io/pace.ts';
import { readAt } from '../../src/io/read-at.ts';
import { isZero, writeAt } from '../../src/io/write-at.ts';
import { temporaryFolders } from '../support/temporary.ts';

const newFolder = temporaryFolders();
const inline = (): Pace => new Pace(() => 0);

describe('reading at a position', () => {
  it('fills the buffer, or as much of it as the file has, on the pool and inline', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '0123456789');
    const handle = await open(path);
    const pace = inline();
    const buffer = Buffer.alloc(4);
    const texts: string[] = [];
    for (const position of [0, 4, 8, 10, 100]) {
      const filled = await readAt(handle, buffer, position, pace);
      texts.push(buffer.toString('utf8', 0, filled));
    }
    await handle.close();
    expect(texts).toEqual(['0123', '4567', '89', '', '']);
  });
});

describe('writing at a position', () => {
  it('writes in any order, on the pool and inline', async () => {
    const path = join(newFolder(), 'file');
    const handle = await open(path, 'wx');
    const pace = inline();
    for (const position of [4, 0, 8]) await writeAt(handle, Buffer.from('abcd'), position, pace);
    await handle.close();
    expect(readFileSync(path, 'utf8')).toBe('abcdabcdabcd');
  });

  it('leaves out zeros, and says so', async () => {
    const path = join(newFolder(), 'file');
    const handle = await open(path, 'wx');
    expect(await writeAt(handle, Buffer.alloc(100), 0, inline())).toBe(false);
    expect(await writeAt(handle, Buffer.from([0, 1]), 100, inline())).toBe(true);
    await handle.close();
    expect(statSync(path).size).toBe(102);
  });

  it.each([
    [0, -1, true],
    [10, -1, true],
    [10, 0, false],
    [10, 9, false],
    [3 * 1024 * 1024 + 5, -1, true],
    [3 * 1024 * 1024 + 5, 3 * 1024 * 1024 + 4, false],
  ])('%i bytes of which number %i is not zero are all zero: %s', (length, at, expected) => {
    const bytes = Buffer.alloc(length);
    if (at >= 0) bytes[at] = 1;
    expect(isZero(bytes)).toBe(expected);
  });
});
