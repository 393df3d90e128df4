import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DownloadError, type Description } from '@towline/downloader-core/spi';
import {
  FolderConsumer,
  type FolderConsumerOptions,
  FolderDownloadable,
  type FolderResult,
  type FolderState,
} from '../src/index.ts';
import { craftedSource } from './support/crafted.ts';
import { withoutRootRights } from './support/nobody.ts';
import { temporaryFolders } from '@towline/conformance/files';
import { transfer } from './support/transfer.ts';
import { makeTree, patternBytes, readTree, type Tree } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);

interface Sent extends Partial<FolderConsumerOptions> {
  readonly chunkBytes?: number;
}

async function send(tree: Tree, options: Sent = {}): Promise<FolderResult & { directory: string; from: string }> {
  const { chunkBytes, directory = newFolder(), ...rest } = options;
  const from = join(newFolder(), 'data');
  mkdirSync(from);
  makeTree(from, tree);
  const source = await FolderDownloadable.open(from, { chunkBytes });
  try {
    return { ...(await transfer(source, new FolderConsumer({ directory, ...rest }))), directory, from };
  } finally {
    await source.release();
  }
}

const smallTree: Tree = {
  'a/one.txt': 'first',
  'a/two.sh': 'second',
  b: null,
  'c.bin': 'third',
  'd/deep/er': '',
  'd/link': '-> ../a',
  l: '-> a/one.txt',
};

function manifestOf(entries: readonly unknown[], more: Partial<Description> = {}): Description {
  const body = Buffer.from(JSON.stringify({ v: 1, entries }));
  const totalBytes = entries.reduce<number>((sum, entry) => sum + ((entry as { size?: number }).size ?? 0), 0);
  return { kind: 'folder', name: 'data', totalBytes, body, ...more };
}
const file = (path: string, size: number) => ({ type: 'file', path, size, executable: false, mtimeMs: 0 });
const folder = (path: string) => ({ type: 'folder', path, mtimeMs: 0 });

const mtimeMicroseconds = (path: string): bigint => statSync(path, { bigint: true }).mtimeNs / 1_000n;

describe('a received folder', () => {
  it('holds what was shared, with rights and times, links and empty folders', async () => {
    const { directory, from, ...result } = await send(smallTree);
    const path = join(directory, 'data');
    expect(result).toEqual({ kind: 'folder', path, written: true, bytes: 16, files: 4, folders: 4, links: 2 });
    expect(readTree(path)).toEqual(readTree(from));
    expect(readdirSync(directory)).toEqual(['data']);
    for (const name of ['a', 'a/one.txt', 'a/two.sh', 'b', 'd/deep', 'd/deep/er']) {
      expect(mtimeMicroseconds(join(path, name))).toBe(mtimeMicroseconds(join(from, name)));
      expect(statSync(join(path, name)).mode).toBe(statSync(join(from, name)).mode);
    }
    expect(statSync(path).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  it('is the same for every folder and chunk size', async () => {
    const trees = fc.dictionary(
      fc.constantFrom('a', 'b', 'c/d', 'c/e', 'c/f/g', 'h/i'),
      fc.oneof(
        fc.nat(40).map((length) =>
          patternBytes(length)
            .toString('latin1')
            .replaceAll(/[^a-z]/gu, 'x'),
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 1, max: 60 }), fc.boolean(), async (tree, chunkBytes, fsync) => {
        const { from, path } = await send(tree, { chunkBytes, fsync });
        expect(readTree(path)).toEqual(readTree(from));
      }),
      { numRuns: 40 },
    );
  });

  it('L6 may be empty', async () => {
    const { path, ...result } = await send({});
    expect(result).toMatchObject({ written: true, bytes: 0, files: 0, folders: 0, links: 0 });
    expect(readdirSync(path)).toEqual([]);
  });

  it('is the same whatever arrays its bytes come in', async () => {
    const source = craftedSource<FolderState>(manifestOf([file('a', 3), file('b', 0), file('c', 4)]), [
      {
        data: [Buffer.from('a'), Buffer.from('aab'), Buffer.alloc(0), Buffer.from('b')],
        state: { entry: 2, offset: 2 },
      },
      { data: [Buffer.from('cc')], state: { entry: 3, offset: 0 } },
    ]);
    const { path } = await transfer(source, new FolderConsumer({ directory: newFolder() }));
    expect(readTree(path)).toEqual({ a: 'aaa', b: '', c: 'bbcc' });
  });

  it('I4 is not to be seen under its name before it is complete, and nobody else can enter it', async () => {
    const directory = newFolder();
    const from = newFolder();
    makeTree(from, smallTree);
    const source = await FolderDownloadable.open(from, { chunkBytes: 3, name: 'data' });
    const seen = new Set<string>();
    await transfer(source, new FolderConsumer({ directory }), () => {
      for (const name of readdirSync(directory)) {
        seen.add(name);
        expect(statSync(join(directory, name)).mode & 0o777).toBe(0o700);
      }
    });
    await source.release();
    expect([...seen]).toEqual([expect.stringMatching(/^\.towline-[0-9a-f-]{36}\.part$/u)]);
  });
});

describe('a part of a folder', () => {
  it('brings what matches, and the folders on the way', async () => {
    const { path, files, folders, bytes } = await send(smallTree, { only: ['a/two.sh', 'l'] });
    expect(readTree(path)).toEqual({ a: null, 'a/two.sh': 'second', l: '-> a/one.txt' });
    expect({ files, folders, bytes }).toEqual({ files: 1, folders: 1, bytes: 6 });
  });

  it('comes in the same chunks, whatever their size', async () => {
    for (const chunkBytes of [1, 4, 100]) {
      const { path } = await send(smallTree, { only: ['a/*', 'c.bin'], chunkBytes });
      expect(readTree(path)).toEqual({ a: null, 'a/one.txt': 'first', 'a/two.sh': 'second', 'c.bin': 'third' });
    }
  });

  it('C2 in which nothing matches is not written, and is a success of 0 bytes', async () => {
    const { directory, path, ...result } = await send(smallTree, { only: ['nothing'] });
    expect(result).toMatchObject({ written: false, bytes: 0, files: 0 });
    expect(path).toBe(join(directory, 'data'));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('an existing target', () => {
  it.each<[string, Tree]>([
    ['a file', { data: 'old' }],
    ['an empty folder', { data: null }],
    ['a folder', { 'data/x': 'old' }],
    ['a link to a folder', { other: null, data: '-> other' }],
  ])('that is %s is refused before any byte', async (_, there) => {
    const directory = newFolder();
    makeTree(directory, there);
    const before = readTree(directory);
    const source = craftedSource<FolderState>(manifestOf([file('a', 1)]), []);
    await expect(transfer(source, new FolderConsumer({ directory }))).rejects.toMatchObject({ code: 'target_exists' });
    expect(readTree(directory)).toEqual(before);
  });

  it('is replaced as a whole when that was allowed', async () => {
    const directory = newFolder();
    makeTree(directory, { 'data/old': 'old' });
    await send({ new: 'new' }, { directory, overwrite: true });
    expect(readTree(directory)).toEqual({ data: null, 'data/new': 'new' });
  });

  it('is a link to a folder: the link is replaced, the folder is left alone', async () => {
    const directory = newFolder();
    makeTree(directory, { 'precious/x': 'precious', data: '-> precious' });
    await send({ new: 'new' }, { directory, overwrite: true });
    expect(readTree(directory)).toEqual({ precious: null, 'precious/x': 'precious', data: null, 'data/new': 'new' });
  });

  it('is a file: a folder does not replace it', async () => {
    const directory = newFolder();
    makeTree(directory, { data: 'old' });
    await expect(send({ a: 'x' }, { directory, overwrite: true })).rejects.toMatchObject({ code: 'target_exists' });
    expect(readTree(directory)).toEqual({ data: 'old' });
  });

  it('I4 that appears meanwhile is not overwritten', async () => {
    const directory = newFolder();
    const source = craftedSource<FolderState>(manifestOf([file('a', 3)]), [
      { data: Buffer.from('new'), state: { entry: 1, offset: 0 } },
    ]);
    const meanwhile = (): void => mkdirSync(join(directory, 'data'));
    await expect(transfer(source, new FolderConsumer({ directory }), meanwhile)).rejects.toMatchObject({
      code: 'target_exists',
    });
    expect(readTree(directory)).toEqual({ data: null });
  });
});

describe('an owner that is not to be trusted', () => {
  it.each<[string, readonly unknown[], string]>([
    ['a path out of the folder', [file('../x', 1)], 'unsafe_name'],
    ['an absolute path', [file('/tmp/x', 1)], 'unsafe_name'],
    ['a file below a link', [folder('b'), { type: 'link', path: 'a', target: 'b' }, file('a/x', 1)], 'bad_manifest'],
    ['a link that leads out', [{ type: 'link', path: 'a', target: '../..' }], 'link_refused'],
    ['an entry twice', [file('a', 1), file('a', 1)], 'bad_manifest'],
    ['a negative size', [file('a', -1)], 'bad_manifest'],
    ['a size beyond 2^53', [file('a', 2 ** 53)], 'bad_manifest'],
    ['sizes that overflow together', [file('a', 2 ** 53 - 1), file('b', 2 ** 53 - 1)], 'bad_manifest'],
    ['a device', [{ type: 'device', path: 'a' }], 'bad_manifest'],
  ])('is refused with %s before anything is made', async (_, entries, code) => {
    const directory = newFolder();
    const source = craftedSource<FolderState>(manifestOf(entries), []);
    await expect(transfer(source, new FolderConsumer({ directory }))).rejects.toMatchObject({ code });
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each<[string, Partial<Description>, string]>([
    ['another kind', { kind: 'file' }, 'wrong_kind'],
    ['another total', { totalBytes: 2 }, 'bad_manifest'],
    ['a body that is no list', { body: Buffer.from('[]') }, 'bad_manifest'],
    ['an unsafe name', { name: '../x' }, 'unsafe_name'],
  ])('is refused with %s', async (_, more, code) => {
    const source = craftedSource<FolderState>(manifestOf([file('a', 1)], more), []);
    await expect(transfer(source, new FolderConsumer({ directory: newFolder() }))).rejects.toMatchObject({ code });
  });

  it.each(['name', 'body', 'totalBytes'] as const)('is refused without a %s', async (field) => {
    const fields = Object.entries(manifestOf([file('a', 1)])).filter(([name]) => name !== field);
    const source = craftedSource<FolderState>(Object.fromEntries(fields), []);
    await expect(transfer(source, new FolderConsumer({ directory: newFolder() }))).rejects.toMatchObject({
      code: 'bad_manifest',
    });
  });

  it('cannot claim more than there is room for', async () => {
    const directory = newFolder();
    const source = craftedSource<FolderState>(manifestOf([file('a', 2 ** 53 - 1)]), []);
    await expect(transfer(source, new FolderConsumer({ directory }))).rejects.toMatchObject({ code: 'no_space' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each<[string, readonly { data: Uint8Array; state: FolderState }[]]>([
    ['end too early', [{ data: Buffer.from('abc'), state: { entry: 1, offset: 0 } }]],
    ['skip a file', [{ data: Buffer.from('abc'), state: { entry: 2, offset: 0 } }]],
    ['send too many bytes', [{ data: Buffer.from('abcdefgh'), state: { entry: 2, offset: 0 } }]],
    ['end beyond the list', [{ data: Buffer.from('abcdef'), state: { entry: 3, offset: 0 } }]],
    [
      'go back',
      [
        { data: Buffer.from('abc'), state: { entry: 1, offset: 0 } },
        { data: Buffer.from('ab'), state: { entry: 0, offset: 2 } },
      ],
    ],
    ['stand still', [{ data: Buffer.alloc(0), state: { entry: 0, offset: 0 } }]],
  ])('I4 that would %s leaves nothing behind', async (_, chunks) => {
    const directory = newFolder();
    const source = craftedSource<FolderState>(manifestOf([file('a', 3), file('b', 3)]), chunks);
    await expect(transfer(source, new FolderConsumer({ directory }))).rejects.toMatchObject({
      code: 'protocol',
      side: 'remote',
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('cannot send before it has described', async () => {
    const consumer = new FolderConsumer({ directory: newFolder() });
    await expect(consumer.consume([], { entry: 0, offset: 1 })).rejects.toBeInstanceOf(DownloadError);
    await expect(consumer.downloadCompleted()).rejects.toBeInstanceOf(DownloadError);
  });
});

describe('a folder to write into', () => {
  const description = manifestOf([file('a', 1)]);

  it('that is missing', async () => {
    const consumer = new FolderConsumer({ directory: join(newFolder(), 'missing') });
    await expect(consumer.start(description)).rejects.toMatchObject({ code: 'target_missing' });
  });

  it('that is read-only', async () => {
    const directory = newFolder();
    chmodSync(directory, 0o555);
    const consumer = new FolderConsumer({ directory });
    await withoutRootRights(() => expect(consumer.start(description)).rejects.toMatchObject({ code: 'not_writable' }));
    await consumer.downloadFailed();
  });

  it('in which somebody puts a link where a file is to be: it is not followed', async () => {
    const directory = newFolder();
    const outside = join(newFolder(), 'outside');
    const source = craftedSource<FolderState>(manifestOf([file('a', 3)]), [
      { data: Buffer.from('new'), state: { entry: 1, offset: 0 } },
    ]);
    const meanwhile = (): void => {
      const [part = ''] = readdirSync(directory);
      symlinkSync(outside, join(directory, part, 'content/a'));
    };
    await expect(transfer(source, new FolderConsumer({ directory }), meanwhile)).rejects.toMatchObject({
      code: 'unsafe_name',
    });
    expect(existsSync(outside)).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });
});

const started = async (directory: string): Promise<FolderConsumer> => {
  const consumer = new FolderConsumer({ directory });
  await consumer.start(manifestOf([folder('d'), file('d/a', 3), file('d/b', 5)]));
  return consumer;
};

describe('a failed download', () => {
  it('I4 leaves nothing behind, also when it is ended while bytes are written', async () => {
    const directory = newFolder();
    const consumer = await started(directory);
    const writing = consumer.consume([Buffer.from('aaabb')], { entry: 2, offset: 2 });
    await consumer.downloadFailed();
    await writing;
    expect(readdirSync(directory)).toEqual([]);
  });

  it('I4 leaves nothing behind, also when it is ended while it begins', async () => {
    const directory = newFolder();
    const consumer = new FolderConsumer({ directory });
    const starting = consumer.start(manifestOf([folder('d')]));
    await consumer.downloadFailed();
    await starting;
    expect(readdirSync(directory)).toEqual([]);
  });

  it('I4 reports files that did not reach the disk, and leaves nothing behind', async () => {
    const directory = newFolder();
    const consumer = await started(directory);
    const [part = ''] = readdirSync(directory);
    rmSync(join(directory, part, 'content/d'), { recursive: true });
    const writing = consumer.consume([Buffer.from('aaabbbbb')], { entry: 3, offset: 0 });
    await expect(writing).rejects.toMatchObject({ code: 'target_missing' });
    await consumer.downloadFailed();
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('the options of a consumer', () => {
  it.each([{ directory: '' }, { directory: 'x', name: '..' }, { directory: 'x', maxManifestBytes: 0 }])(
    '%o are refused',
    (options) => {
      expect(() => new FolderConsumer(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    },
  );

  it('say how long a list may be', () => {
    expect(new FolderConsumer({ directory: 'x' }).maxDescriptionBytes).toBe(16 * 1024 * 1024);
    expect(new FolderConsumer({ directory: 'x', maxManifestBytes: 1_000 }).maxDescriptionBytes).toBe(1_000);
  });

  it('serve one download', async () => {
    const consumer = new FolderConsumer({ directory: newFolder() });
    await transfer(craftedSource<FolderState>(manifestOf([]), []), consumer);
    await expect(consumer.start(manifestOf([]))).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
