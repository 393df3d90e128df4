import type { LinkEntry } from './entries.ts';
import { findChild, type TreeNode } from './tree.ts';

// Linux follows 40 links in one path, Windows 63: what is longer works nowhere.
const maxChain = 64;

/** Where a path has led so far: a place of the folder, and how many names below it that the folder does not have. */
interface Place {
  readonly node: TreeNode;
  readonly missing: number;
}

type Resolved = Place | 'outside' | 'loop' | 'too long';

/**
 * Says whether symbolic links of one folder stay inside of it, in both ways in which they are read. POSIX systems follow
 * name by name, through other links too, so that `a/b/..` is not `a` when `b` is a link; Windows, and programs that
 * simplify a path first, take `b/..` away as text. Each link is followed once, so the time is linear in the links' lengths.
 */
export class LinkResolver {
  readonly #known = new Map<TreeNode, Resolved>();

  /** What is wrong with a link of the tree, or nothing. */
  problem(link: TreeNode): string | undefined {
    const target = (link.entry as LinkEntry).target;
    if (target === '') return 'points to nothing';
    if (target.includes('\0')) return 'contains a NUL character';
    if (target.startsWith('/')) return 'is absolute, so it leads out of its folder';
    if (leadsOutAsText(link, target)) return 'leads out of its folder';
    switch (this.#resolve(link, 1)) {
      case 'outside':
        return 'leads out of its folder';
      case 'too long':
        return `is the start of a chain of more than ${maxChain} links`;
      default:
        // A loop leads nowhere, and neither does a target that is missing: harmless, and kept as they are.
        return undefined;
    }
  }

  #resolve(link: TreeNode, depth: number): Resolved {
    const known = this.#known.get(link);
    if (known !== undefined) return known;
    if (depth > maxChain) return 'too long';
    this.#known.set(link, 'loop');
    const resolved = this.#walk(link, depth);
    this.#known.set(link, resolved);
    return resolved;
  }

  #walk(link: TreeNode, depth: number): Resolved {
    let place: Place = { node: link.parent as TreeNode, missing: 0 };
    for (const name of (link.entry as LinkEntry).target.split('/')) {
      const next = this.#step(place, name, depth);
      if (typeof next === 'string') return next;
      place = next;
    }
    return place;
  }

  #step({ node, missing }: Place, name: string, depth: number): Resolved {
    if (name === '' || name === '.') return { node, missing };
    if (name === '..') {
      if (missing > 0) return { node, missing: missing - 1 };
      return node.parent === undefined ? 'outside' : { node: node.parent, missing: 0 };
    }
    const child = missing > 0 ? undefined : findChild(node, name);
    if (child === undefined) return { node, missing: missing + 1 };
    return child.entry?.type === 'link' ? this.#resolve(child, depth + 1) : { node: child, missing: 0 };
  }
}

function leadsOutAsText(link: TreeNode, target: string): boolean {
  let depth = depthOf(link) - 1;
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue;
    depth += name === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

function depthOf(node: TreeNode): number {
  let depth = 0;
  for (let at = node.parent; at !== undefined; at = at.parent) depth += 1;
  return depth;
}
