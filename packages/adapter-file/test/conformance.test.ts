import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapterSuite } from '@towline/conformance/vitest';
import { expect } from 'vitest';
import {
  FileConsumer,
  FileDownloadable,
  type FileResult,
  FolderConsumer,
  FolderDownloadable,
  type FolderResult,
} from '../src/index.ts';
import {
  emptiedAfterFirstChunk,
  makeTree,
  patternBytes,
  readTree,
  ScenarioFolders,
  type Tree,
  withFolders,
} from '@towline/conformance/files';

const chunkSizes = [100, 1_000, 4_096];

class FullFile extends FileConsumer {
  override async consume(...args: Parameters<FileConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the disk is full');
  }
}

class FullFolder extends FolderConsumer {
  override async consume(...args: Parameters<FolderConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the disk is full');
  }
}

const files = new ScenarioFolders();
function newFile(content: Uint8Array): string {
  const path = join(files.make(), 'file');
  writeFileSync(path, content);
  return path;
}
adapterSuite<Uint8Array, FileResult>('a file', {
  samples: [
    { name: 'an empty file', value: new Uint8Array(0) },
    { name: 'a small file', value: patternBytes(60) },
    { name: 'a large file', value: patternBytes(17_000, 2) },
    { name: 'a sparse file', value: Buffer.concat([new Uint8Array(5_000), patternBytes(10), new Uint8Array(3_000)]) },
  ],
  downloadable: (content, options) => FileDownloadable.open(newFile(content), options),
  consumer: () => new FileConsumer({ directory: files.target() }),
  verify: ({ path }, content) => expect(readFileSync(path).equals(content)).toBe(true),
  verifyNothingLeft: () => files.verifyNothingLeft(),
  cleanup: () => files.clean(),
  badStates: [{ offset: 17_001 }],
  chunkSizes,
  failingDownloadable: async (content, options) => {
    const path = newFile(content);
    return emptiedAfterFirstChunk(await FileDownloadable.open(path, options), path);
  },
  failingConsumer: () => new FullFile({ directory: files.target() }),
});

const folders = new ScenarioFolders();
function newTree(tree: Tree): string {
  const root = join(folders.make(), 'folder');
  mkdirSync(root);
  makeTree(root, tree);
  return root;
}
const text = (length: number): string => patternBytes(length, length).toString('hex');
const largeTree: Tree = { 'a/x': text(40), 'a/y': text(3_000), b: null, 'c/d/e': '', 'c/z': text(2_100), l: '-> a/x' };
adapterSuite<Tree, FolderResult>('a folder', {
  samples: [
    { name: 'an empty folder', value: {} },
    { name: 'folders in folders', value: { 'a/b/c': null, d: null } },
    { name: 'empty files', value: { a: '', 'b/c': '' } },
    { name: 'a small folder', value: { a: 'first', 'b/c': 'second' } },
    { name: 'a large folder', value: largeTree },
  ],
  downloadable: (tree, options) => FolderDownloadable.open(newTree(tree), options),
  consumer: () => new FolderConsumer({ directory: folders.target(), fsync: false }),
  verify: ({ path }, tree) => expect(readTree(path)).toEqual(withFolders(tree)),
  verifyNothingLeft: () => folders.verifyNothingLeft(),
  cleanup: () => folders.clean(),
  badStates: [{ entry: 100, offset: 0 }, { entry: 0, offset: 100_000 }, { offset: 0 }],
  chunkSizes,
  failingDownloadable: async (tree, options) => {
    const root = newTree(tree);
    return emptiedAfterFirstChunk(await FolderDownloadable.open(root, options), join(root, 'c/z'));
  },
  failingConsumer: () => new FullFolder({ directory: folders.target() }),
});
