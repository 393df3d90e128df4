import { type DownloadError, printable } from '@towline/downloader-core/spi';
import { diskError } from '../errors.ts';
import { foldedName, maxPathBytes, type NamePlatform, pathProblem } from '../names.ts';
import { baseName, type ManifestEntry, parentPath } from './entries.ts';
import { LinkResolver } from './links.ts';
import { addNode, newTree, type TreeNode } from './tree.ts';

/**
 * Checks that entries can be made below one folder, by the rules of a platform, and nothing of them outside: sound names,
 * each once, a folder before what is in it, nothing below a file or a link, links that stay inside.
 * Throws `unsafe_name`, `link_refused` or `bad_manifest`, which name the first entry at fault.
 */
export function checkEntries(entries: readonly ManifestEntry[], platform: NamePlatform): void {
  const folders = new Map<string, TreeNode>([['', newTree()]]);
  const links: TreeNode[] = [];
  for (const entry of entries) {
    const node = place(entry, folders, platform);
    if (entry.type === 'folder') folders.set(entry.path, node);
    if (entry.type === 'link') links.push(node);
  }
  checkLinks(links, platform);
}

/** The sum of the files' sizes. Throws `bad_manifest` when it is no number that can be counted with. */
export function sumOfSizes(entries: readonly ManifestEntry[]): number {
  let total = 0;
  for (const entry of entries) if (entry.type === 'file') total += entry.size;
  if (!Number.isSafeInteger(total))
    throw diskError('bad_manifest', 'The files are larger together than can be counted');
  return total;
}

function place(entry: ManifestEntry, folders: ReadonlyMap<string, TreeNode>, platform: NamePlatform): TreeNode {
  const problem = pathProblem(entry.path, platform);
  if (problem !== undefined) throw unsafe(entry, problem);
  const parent = folders.get(parentPath(entry.path));
  if (parent === undefined)
    throw diskError('bad_manifest', `${quoted(entry.path)} is in no folder that was listed before`);
  const name = baseName(entry.path);
  if (parent.children.has(name)) throw diskError('bad_manifest', `${quoted(entry.path)} is listed twice`);
  if (platform === 'windows' && parent.folded.has(foldedName(name)))
    throw unsafe(entry, 'differs from another name only in case or normalisation');
  return addNode(parent, name, entry);
}

function checkLinks(links: readonly TreeNode[], platform: NamePlatform): void {
  const resolver = new LinkResolver();
  for (const link of links) {
    if (link.entry?.type !== 'link') continue;
    const problem = targetProblem(link.entry.target, platform) ?? resolver.problem(link);
    if (problem !== undefined)
      throw diskError('link_refused', `The symbolic link ${quoted(link.entry.path)} ${problem}`);
  }
}

function targetProblem(target: string, platform: NamePlatform): string | undefined {
  if (!target.isWellFormed()) return 'is not valid Unicode';
  if (Buffer.byteLength(target) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  // On Windows a drive letter or a second kind of separator would make it absolute.
  if (platform === 'windows' && /[\\:]/u.test(target))
    return 'contains a character that Windows reads as part of a path';
  return undefined;
}

function unsafe(entry: ManifestEntry, problem: string): DownloadError {
  return diskError('unsafe_name', `The name ${quoted(entry.path)} ${problem}`);
}

function quoted(path: string): string {
  return `"${printable(path)}"`;
}
