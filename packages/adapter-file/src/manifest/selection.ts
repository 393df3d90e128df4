import { type ManifestEntry, parentPath } from '@towline/file-io';
import { pathMatcher } from '../only.ts';
import type { SpanFile } from './spans.ts';

/** The part of a folder that one download brings. */
export interface Selection {
  /** The entries, in the manifest's order, with the folders that they are in. */
  readonly entries: readonly ManifestEntry[];
  /** The files among them; `entry` counts in the whole manifest. */
  readonly files: readonly SpanFile[];
  readonly totalBytes: number;
}

/**
 * The entries that match one of `only` (all of them without it): by their own path, or because a folder that they are in
 * matches. The folders on the way to them come along.
 */
export function select(entries: readonly ManifestEntry[], only?: readonly string[]): Selection {
  const wanted = only === undefined ? undefined : wantedPaths(entries, only);
  const files: SpanFile[] = [];
  let totalBytes = 0;
  const selected = entries.filter((entry, index) => {
    if (wanted !== undefined && !wanted.has(entry.path)) return false;
    if (entry.type === 'file') {
      files.push({ entry: index, size: entry.size });
      totalBytes += entry.size;
    }
    return true;
  });
  return { entries: selected, files, totalBytes };
}

function wantedPaths(entries: readonly ManifestEntry[], only: readonly string[]): ReadonlySet<string> {
  const matches = pathMatcher(only);
  const matched = new Set<string>();
  const wanted = new Set<string>();
  for (const { path } of entries) {
    if (!matches(path) && !matched.has(parentPath(path))) continue;
    matched.add(path);
    for (let at = path; at !== '' && !wanted.has(at); at = parentPath(at)) wanted.add(at);
  }
  return wanted;
}
