import fs, { readFileSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OpenFile } from '../../src/io/open-file.ts';
import { Pace } from '../../src/io/pace.ts';
import { temporaryFolders } from '@towline/conformance/files';

class Pool extends Pace {
  override run<T>(_: () => T, pooled: () => Promise<T>): Promise<T> {
    return pooled();
  }
}

class Inline extends Pace {
  override run<T>(inline: () => T): T {
    return inline();
  }
}

const newFolder = temporaryFolders(afterEach);
const places = [
  ['the calling thread', () => new Pace()],
  ['the thread pool', () => new Pool()],
] as const;

describe.each(places)('a file that is used on %s', (_, newPace) => {
  it('is read at positions: as much as the buffer or the file holds', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '0123456789');
    const file = await OpenFile.open(path, 'r', newPace());
    const buffer = Buffer.alloc(4);
    const texts: string[] = [];
    for (const position of [0, 4, 8, 10, 100]) {
      const filled = await file.read(buffer, position);
      texts.push(buffer.toString('utf8', 0, filled));
    }
    expect(file.stats().size).toBe(10n);
    await file.close();
    expect(texts).toEqual(['0123', '4567', '89', '', '']);
  });

  it('is written at positions, in any order, cut, and given its times', async () => {
    const path = join(newFolder(), 'file');
    const file = await OpenFile.open(path, 'wx', newPace(), 0o600);
    for (const position of [4, 0, 8]) await file.write(Buffer.from('abcd'), position);
    await file.truncate(10);
    await file.setTimes(1, 2);
    await file.sync();
    await file.close();
    expect(statSync(path)).toMatchObject({ atimeMs: 1_000, mtimeMs: 2_000 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('abcdabcdab');
  });

  it('is written whole when that takes more than one call', async () => {
    const path = join(newFolder(), 'file');
    const bytes = Buffer.from(Uint8Array.from({ length: 2 ** 21 + 4321 }, (_value, index) => index % 251));
    const file = await OpenFile.open(path, 'wx', newPace());
    expect(await file.write(bytes, 3)).toBe(bytes.byteLength);
    await file.close();
    expect(readFileSync(path).subarray(3).equals(bytes)).toBe(true);
  });

  it('is closed once, after the calls that run; none begins after that', async () => {
    const path = join(newFolder(), 'file');
    const file = await OpenFile.open(path, 'wx', newPace());
    const writing = file.write(Buffer.from('content'), 0);
    const closing = file.close();
    expect(() => file.write(Buffer.from('x'), 0)).toThrow('closed');
    await Promise.all([writing, closing, file.close()]);
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(() => file.stats()).toThrow('EBADF');
  });
});

it('a call writes at most 1 MiB', async () => {
  const writeSync = vi.spyOn(fs, 'writeSync');
  syncBuiltinESMExports();
  try {
    const file = await OpenFile.open(join(newFolder(), 'file'), 'wx', new Inline());
    await file.write(Buffer.alloc(2 ** 21 + 4321), 3);
    await file.close();
    const pieces = writeSync.mock.calls.map((call: unknown[]) => call.slice(3));
    expect(pieces).toEqual([
      [2 ** 20, 3],
      [2 ** 20, 2 ** 20 + 3],
      [4321, 2 ** 21 + 3],
    ]);
  } finally {
    writeSync.mockRestore();
    syncBuiltinESMExports();
  }
});
