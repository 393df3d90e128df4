/**
 * Folders with known content, for the tests of adapters that read from or write to disks. Needs Node.
 *
 * @module @towline/conformance/files
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export { emptiedAfterFirstChunk, ScenarioFolders } from './scenario-folders.ts';

/** What is in a folder: text of files, `null` for folders, `-> target` for links, by path. */
export type Tree = Readonly<Record<string, string | null>>;

/** Makes a tree below a folder; every file and folder gets the same old time. */
export function makeTree(root: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const absolute = join(root, path);
    mkdirSync(content === null ? absolute : dirname(absolute), { recursive: true });
    if (content?.startsWith('-> ')) symlinkSync(content.slice(3), absolute);
    else if (content !== null) writeFileSync(absolute, content);
    if (path.endsWith('.sh')) chmodSync(absolute, 0o755);
  }
  for (const path of Object.keys(tree).toReversed()) {
    if (!lstatSync(join(root, path)).isSymbolicLink()) utimesSync(join(root, path), 1_600_000_000, 1_600_000_000.5);
  }
}

/** Reads a tree; everything that is in the folder, hidden files too. */
export function readTree(root: string): Tree {
  const tree: Record<string, string | null> = {};
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const stats = lstatSync(join(root, path));
    if (stats.isSymbolicLink()) tree[path] = `-> ${readlinkSync(join(root, path))}`;
    else tree[path] = stats.isDirectory() ? null : readFileSync(join(root, path), 'utf8');
  }
  return tree;
}

/** The tree with every folder that something in it lies in. */
export function withFolders(tree: Tree): Tree {
  const folders = Object.keys(tree).flatMap((path) =>
    path.split('/').map((_, depth, names) => names.slice(0, depth).join('/')),
  );
  const whole = new Map<string, string | null>(folders.filter((path) => path !== '').map((path) => [path, null]));
  for (const [path, content] of Object.entries(tree)) whole.set(path, content);
  return Object.fromEntries(whole);
}

/** A function that makes empty folders, which are removed after each test; `afterEach` is the test runner's. */
export function temporaryFolders(afterEach: (clean: () => void) => void): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'towline-test-')));
    made.push(folder);
    return folder;
  };
}

/** Bytes that differ everywhere: a chunk in the wrong place is noticed. */
export function patternBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let value = seed;
  for (let at = 0; at < length; at += 1) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = value >>> 16;
  }
  return bytes;
}
