import type { Header } from './tensor.ts';

/**
 * Maps that were read from a `__metadata__` and not from its absence, or were copied from one. An empty map alone cannot
 * say which, and the reference writes an empty `__metadata__` again; so does the writer.
 */
const stated = new WeakSet<ReadonlyMap<string, string>>();

export function markStated(metadata: ReadonlyMap<string, string>): void {
  stated.add(metadata);
}

/** Whether a header with this metadata has the key `__metadata__`. */
export function isStated(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.size > 0 || stated.has(metadata);
}

/** A copy that is written as the original would be. */
export function copyMetadata(original: ReadonlyMap<string, string>): Map<string, string> {
  const copy = new Map(original);
  if (stated.has(original)) stated.add(copy);
  return copy;
}

/** The metadata of all files of a checkpoint; of a key that several have, the value of the first. */
export function mergedMetadata(files: readonly { readonly header: Pick<Header, 'metadata'> }[]): Map<string, string> {
  const [first, ...others] = files.map(({ header }) => header.metadata);
  const metadata = copyMetadata(first ?? new Map());
  for (const [key, value] of others.flatMap((other) => [...other])) {
    if (!metadata.has(key)) metadata.set(key, value);
  }
  return metadata;
}
