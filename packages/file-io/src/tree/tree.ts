import { foldedName } from '../names.ts';
import type { ManifestEntry } from './entries.ts';

/** A place in the folder. The folder itself has no entry and no parent. */
export interface TreeNode {
  readonly entry: ManifestEntry | undefined;
  readonly parent: TreeNode | undefined;
  readonly children: Map<string, TreeNode>;
  /** The same by folded name (see `foldedName`); of two that fold alike, the first. */
  readonly folded: Map<string, TreeNode>;
}

/** A folder with nothing in it yet. */
export function newTree(): TreeNode {
  return newNode(undefined, undefined);
}

/** Hangs an entry under its parent, whose name is `name`. */
export function addNode(parent: TreeNode, name: string, entry: ManifestEntry): TreeNode {
  const node = newNode(entry, parent);
  parent.children.set(name, node);
  const folded = foldedName(name);
  if (!parent.folded.has(folded)) parent.folded.set(folded, node);
  return node;
}

/**
 * The child that a file system would find under `name`: the one of exactly that name or, since some file systems do not
 * tell case and normalisation apart, one of the same folded name.
 */
export function findChild(node: TreeNode, name: string): TreeNode | undefined {
  return node.children.get(name) ?? node.folded.get(foldedName(name));
}

const noChildren: ReadonlyMap<string, TreeNode> = new Map();

function newNode(entry: ManifestEntry | undefined, parent: TreeNode | undefined): TreeNode {
  const holds = entry === undefined || entry.type === 'folder';
  const children = (): Map<string, TreeNode> => (holds ? new Map() : (noChildren as Map<string, TreeNode>));
  return { entry, parent, children: children(), folded: children() };
}
