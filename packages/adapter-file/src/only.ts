import { listOf, patternMatcher, refine, type Schema, strictMapOf, text } from '@towline/downloader-core/spi';

/** A request for a part of a folder: patterns, of which an entry must match one. */
export interface OnlyRequest {
  /** Paths below the folder, in which `*` is any text. Matched by {@link pathMatcher}. */
  readonly only: readonly string[];
}

// Enough for a person, and little enough that matching a large folder stays quick whoever asks.
const maxPatterns = 4_096;
const maxWildcardPatterns = 64;
const maxPatternLength = 4_096;

/** Parses the request of a receiver: 1 to 4,096 patterns, at most 64 of them with a `*`. */
export const onlyRequestSchema: Schema<OnlyRequest> = strictMapOf<OnlyRequest>({
  only: refine(
    listOf(text(1, maxPatternLength), 1, maxPatterns),
    (patterns) => patterns.filter((pattern) => pattern.includes('*')).length <= maxWildcardPatterns,
    `has more than ${maxWildcardPatterns} patterns with *`,
  ),
});

/** Whether a path is asked for. */
export type PathMatcher = (path: string) => boolean;

/**
 * A matcher for patterns that add up. `*` is any text, `/` included; everything else stands for itself; a `/` at the
 * end of a pattern is ignored.
 */
export function pathMatcher(only: readonly string[]): PathMatcher {
  const patterns = only.map((pattern) => pattern.replace(/(?<=.)\/$/u, ''));
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const wildcards = patterns.filter((pattern) => pattern.includes('*')).map(patternMatcher);
  return (path) => exact.has(path) || wildcards.some((matches) => matches(path));
}
