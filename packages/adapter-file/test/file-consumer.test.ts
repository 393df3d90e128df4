import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DownloadError, type Description, isConsumer } from '@towline/downloader-core/spi';
import { FileConsumer, type FileConsumerOptions, FileDownloadable, type FileResult } from '../src/index.ts';
import { craftedSource, fileDescription } from './support/crafted.ts';
import { withoutRootRights } from './support/nobody.ts';
import { temporaryFolders } from '@towline/conformance/files';
import { transfer } from './support/transfer.ts';
import { makeTree, patternBytes, readTree } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);
const GiB = 1024 ** 3;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Sent extends Partial<FileConsumerOptions> {
  readonly chunkBytes?: number;
}

/** Sends content from a file in one folder to another folder; gives the folder, too. */
async function send(content: Uint8Array | string, options: Sent = {}): Promise<FileResult & { directory: string }> {
  const { chunkBytes, directory = newFolder(), ...rest } = options;
  const path = join(newFolder(), 'model.bin');
  writeFileSync(path, content);
  utimesSync(path, 1, 1_600_000_000.5);
  const source = await FileDownloadable.open(path, { chunkBytes });
  try {
    return { ...(await transfer(source, new FileConsumer({ directory, ...rest }))), directory };
  } finally {
    await source.release();
  }
}

describe('a received file', () => {
  it('has the content, the name and the time of what was shared', async () => {
    const content = patternBytes(10_000);
    const { directory, ...result } = await send(content, { chunkBytes: 999 });
    const path = join(directory, 'model.bin');
    expect(isConsumer(new FileConsumer({ directory }))).toBe(true);
    expect(result).toEqual({ kind: 'file', path, written: true, bytes: 10_000 });
    expect(readdirSync(directory)).toEqual(['model.bin']);
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    expect(statSync(path).mtimeMs).toBe(1_600_000_000_500);
    expect(statSync(path).mode & 0o111).toBe(0);
  });

  it('is the same for every content and chunk size', async () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.nat(50).map((length) => new Uint8Array(length)),
    );
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 60 }), fc.boolean(), async (content, chunkBytes, fsync) => {
        const { path, sha256: digest } = await send(content, { chunkBytes, fsync, digest: 'sha256' });
        expect(Buffer.compare(readFileSync(path), content)).toBe(0);
        expect(digest).toBe(sha256(content));
      }),
      { numRuns: 40 },
    );
  });

  it('may be executed when the owner’s may', async () => {
    const folder = newFolder();
    makeTree(folder, { 'run.sh': '#!/bin/sh' });
    const source = await FileDownloadable.open(join(folder, 'run.sh'));
    const { path } = await transfer(source, new FileConsumer({ directory: newFolder() }));
    await source.release();
    expect(statSync(path).mode & 0o111).toBe(0o111 & ~process.umask());
  });

  it('L6 may be empty', async () => {
    const { path, bytes } = await send('');
    expect([bytes, statSync(path).size]).toEqual([0, 0]);
  });

  it('may go by another name', async () => {
    const { directory, path } = await send('x', { name: 'other' });
    expect(path).toBe(join(directory, 'other'));
    expect(readTree(directory)).toEqual({ other: 'x' });
  });

  it('L6 may be larger than 4 GiB, and keeps its holes', async () => {
    const chunkBytes = 64 * 1024 * 1024;
    const zeros = Buffer.alloc(chunkBytes);
    const chunks = Array.from({ length: (4 * GiB) / chunkBytes }, (_, index) => ({
      data: zeros,
      state: { offset: (index + 1) * chunkBytes },
    }));
    const end = { data: Buffer.from('end'), state: { offset: 4 * GiB + 3 } };
    const source = craftedSource(fileDescription(4 * GiB + 3), [...chunks, end]);
    const { path } = await transfer(source, new FileConsumer({ directory: newFolder() }));
    const { size, blocks } = statSync(path);
    expect(size).toBe(4 * GiB + 3);
    expect(blocks * 512).toBeLessThan(1024 * 1024);
    const handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(5), 0, 5, 4 * GiB - 2);
    await handle.close();
    expect(buffer.toString()).toBe('\0\0end');
  });

  it('that ends in zeros has its whole length', async () => {
    const { path } = await send(Buffer.concat([Buffer.from('x'), Buffer.alloc(5_000)]), { chunkBytes: 1_000 });
    expect(statSync(path).size).toBe(5_001);
  });

  it('I4 is not to be seen under its name before it is complete', async () => {
    const directory = newFolder();
    const path = join(newFolder(), 'model.bin');
    writeFileSync(path, patternBytes(100));
    const source = await FileDownloadable.open(path, { chunkBytes: 10 });
    const seen = new Set<string>();
    await transfer(source, new FileConsumer({ directory }), () =>
      readdirSync(directory).forEach((name) => seen.add(name)),
    );
    await source.release();
    expect([...seen]).toEqual([expect.stringMatching(/^\.towline-[0-9a-f-]{36}\.part$/u)]);
    expect(readdirSync(directory)).toEqual(['model.bin']);
  });
});

describe('a part that was asked for', () => {
  it('brings a file that matches', async () => {
    expect(await send('x', { only: ['*.bin'] })).toMatchObject({ written: true, bytes: 1 });
  });

  it('C2 leaves out one that does not: nothing is written, and that is a success of 0 bytes', async () => {
    const { directory, ...result } = await send('x', { only: ['*.txt', 'other'] });
    expect(result).toEqual({ kind: 'file', path: join(directory, 'model.bin'), written: false, bytes: 0 });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('an existing target', () => {
  it.each([
    ['a file', (path: string) => writeFileSync(path, 'old')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
  ])('that is %s is refused before any byte', async (_, make) => {
    const directory = newFolder();
    make(join(directory, 'file'));
    const before = readTree(directory);
    const consumer = new FileConsumer({ directory });
    await expect(consumer.start(fileDescription(1))).rejects.toMatchObject({ code: 'target_exists' });
    await consumer.downloadFailed();
    expect(readTree(directory)).toEqual(before);
  });

  it('is replaced when that was allowed', async () => {
    const directory = newFolder();
    writeFileSync(join(directory, 'model.bin'), 'the old content');
    await send('new', { directory, overwrite: true });
    expect(readTree(directory)).toEqual({ 'model.bin': 'new' });
  });

  it('I4 stays as it is when overwriting fails', async () => {
    const directory = newFolder();
    writeFileSync(join(directory, 'file'), 'old');
    const source = craftedSource(fileDescription(10), [{ data: Buffer.from('12345'), state: { offset: 5 } }]);
    await expect(transfer(source, new FileConsumer({ directory, overwrite: true }))).rejects.toThrow('5 of 10 bytes');
    expect(readTree(directory)).toEqual({ file: 'old' });
  });

  it('is a link: the link is replaced, what it points to is left alone', async () => {
    const directory = newFolder();
    makeTree(directory, { precious: 'precious', 'model.bin': '-> precious' });
    await send('new', { directory, overwrite: true });
    expect(readTree(directory)).toEqual({ precious: 'precious', 'model.bin': 'new' });
  });

  it('is a folder: a file does not replace it', async () => {
    const directory = newFolder();
    mkdirSync(join(directory, 'file'));
    const consumer = new FileConsumer({ directory, overwrite: true });
    await expect(consumer.start(fileDescription(1))).rejects.toMatchObject({ code: 'target_exists' });
  });

  it('I4 that appears meanwhile is not overwritten', async () => {
    const directory = newFolder();
    const source = craftedSource(fileDescription(3), [{ data: Buffer.from('new'), state: { offset: 3 } }]);
    const meanwhile = (): void => writeFileSync(join(directory, 'file'), 'mine');
    await expect(transfer(source, new FileConsumer({ directory }), meanwhile)).rejects.toMatchObject({
      code: 'target_exists',
    });
    expect(readTree(directory)).toEqual({ file: 'mine' });
  });
});

const start = (options: FileConsumerOptions, bytes = 1) => new FileConsumer(options).start(fileDescription(bytes));

describe('a folder to write into', () => {
  it('that is missing, or is a file', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'a'), '');
    for (const name of ['missing', 'a'])
      await expect(start({ directory: join(folder, name) })).rejects.toMatchObject({ code: 'target_missing' });
  });

  it('that is read-only', async () => {
    const directory = newFolder();
    chmodSync(directory, 0o555);
    await withoutRootRights(async () => {
      await expect(start({ directory })).rejects.toMatchObject({ code: 'not_writable', side: 'local' });
    });
  });

  it('without room for the file is found before any byte', async () => {
    const directory = newFolder();
    await expect(start({ directory }, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'no_space' });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('an owner that is not to be trusted', () => {
  it.each(['', '.', '..', '../x', 'a/b', '/etc/passwd', 'a\0b', 'x'.repeat(256)])(
    'cannot choose the name %j',
    async (name) => {
      const directory = newFolder();
      const starting = new FileConsumer({ directory }).start(fileDescription(1, name));
      await expect(starting).rejects.toMatchObject({ code: 'unsafe_name', side: 'remote' });
      expect(readdirSync(directory)).toEqual([]);
      await expect(
        new FileConsumer({ directory, name: 'mine' }).start(fileDescription(1, name)),
      ).resolves.toBeUndefined();
    },
  );

  it.each<[string, Description, string]>([
    ['another kind', { ...fileDescription(1), kind: 'folder' }, 'wrong_kind'],
    ['no kind', { name: 'file', totalBytes: 1 }, 'wrong_kind'],
    ['no size', { kind: 'file', name: 'file', fields: { executable: false, mtimeMs: 0 } }, 'bad_manifest'],
    ['no name', { kind: 'file', totalBytes: 1, fields: { executable: false, mtimeMs: 0 } }, 'bad_manifest'],
    ['no fields', { kind: 'file', name: 'file', totalBytes: 1 }, 'bad_manifest'],
    ['a negative size', fileDescription(-1), 'bad_manifest'],
    ['a size beyond 2^53', fileDescription(2 ** 53), 'bad_manifest'],
    [
      'a time that is none',
      { ...fileDescription(1), fields: { executable: false, mtimeMs: Number.NaN } },
      'bad_manifest',
    ],
    ['rights that are none', { ...fileDescription(1), fields: { executable: 'yes', mtimeMs: 0 } }, 'bad_manifest'],
  ])('is refused with %s', async (_, description, code) => {
    const directory = newFolder();
    await expect(transfer(craftedSource(description, []), new FileConsumer({ directory }))).rejects.toMatchObject({
      code,
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['leave a hole', 10, [{ data: Buffer.from('abc'), state: { offset: 5 } }]],
    ['send too much', 2, [{ data: Buffer.from('abc'), state: { offset: 3 } }]],
    ['send too little', 5, [{ data: Buffer.from('abc'), state: { offset: 3 } }]],
    ['send nothing', 5, []],
    [
      'go back',
      5,
      [
        { data: Buffer.from('abc'), state: { offset: 3 } },
        { data: Buffer.from('abc'), state: { offset: 3 } },
      ],
    ],
    ['send a state of another shape', 5, [{ data: Buffer.from('abc'), state: { entry: 1, offset: 3 } }]],
  ])('I4 that would %s leaves nothing behind', async (_, size, chunks) => {
    const directory = newFolder();
    const source = craftedSource<{ offset: number }>(fileDescription(size), chunks);
    await expect(transfer(source, new FileConsumer({ directory }))).rejects.toBeInstanceOf(DownloadError);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('cannot send bytes of a file that was not wanted', async () => {
    const source = craftedSource(fileDescription(3), [{ data: Buffer.from('abc'), state: { offset: 3 } }]);
    const consumer = new FileConsumer({ directory: newFolder(), only: ['other'] });
    await expect(transfer(source, consumer)).rejects.toMatchObject({ code: 'protocol', side: 'remote' });
  });
});

describe('a failed download', () => {
  it('I4 leaves nothing behind, also when it is ended while bytes are written', async () => {
    const directory = newFolder();
    const consumer = new FileConsumer({ directory });
    await consumer.start(fileDescription(10));
    const writing = consumer.consume([Buffer.from('12345')], { offset: 5 });
    await consumer.downloadFailed();
    await writing;
    expect(readdirSync(directory)).toEqual([]);
  });

  it('I4 leaves nothing behind, also when it is ended while it begins', async () => {
    const directory = newFolder();
    const consumer = new FileConsumer({ directory });
    const starting = consumer.start(fileDescription(10));
    await consumer.downloadFailed();
    await starting;
    expect(readdirSync(directory)).toEqual([]);
  });

  it('that never began has nothing to remove', async () => {
    await expect(new FileConsumer({ directory: newFolder() }).downloadFailed()).resolves.toBeUndefined();
  });

  it('I4 says why a folder that was removed meanwhile cannot be written into', async () => {
    const directory = newFolder();
    const source = craftedSource(fileDescription(3), [{ data: Buffer.from('abc'), state: { offset: 3 } }]);
    const meanwhile = (): void => rmSync(directory, { recursive: true });
    await expect(transfer(source, new FileConsumer({ directory }), meanwhile)).rejects.toMatchObject({
      code: 'target_missing',
    });
  });
});

describe('the options of a consumer', () => {
  it.each([
    { directory: '' },
    { directory: 'x', name: '' },
    { directory: 'x', name: 'a/b' },
    { directory: 'x', only: [] },
    { directory: 'x', only: [''] },
    { directory: 'x', digest: 'md5' as 'sha256' },
  ])('%o are refused', (options) => {
    expect(() => new FileConsumer(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  it('serve one download', async () => {
    const consumer = new FileConsumer({ directory: newFolder() });
    await transfer(craftedSource(fileDescription(0), []), consumer);
    await expect(consumer.start(fileDescription(0))).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(() => consumer.stateSchema.parse({ offset: 'x' })).toThrow('offset');
  });
});
