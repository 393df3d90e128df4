/**
 * Maps that came from an empty `__metadata__`. A map alone cannot say whether the header had one, and the reference
 * writes an empty one again; so does the writer, as long as the map stays empty.
 */
const statedEmpty = new WeakSet<ReadonlyMap<string, string>>();

/** The map for what a header says, or for its silence. */
export function metadataMap(stated: ReadonlyMap<string, string> | undefined): Map<string, string> {
  const metadata = new Map(stated);
  if (stated?.size === 0) statedEmpty.add(metadata);
  return metadata;
}

/** A copy that is written as the original would be. */
export function copyMetadata(original: ReadonlyMap<string, string>): Map<string, string> {
  return metadataMap(isStated(original) ? original : undefined);
}

/** Whether a header with this metadata has the key `__metadata__`. */
export function isStated(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.size > 0 || statedEmpty.has(metadata);
}
