import { type FileEntry, forEachAtOnce, type ManifestEntry, type TreeWriter } from '@towline/file-io';
import type { Span } from '../manifest/spans.ts';
import { Segments } from './segments.ts';

/** Writes the pieces of one chunk, of which `entries` is the manifest. When it settles the bytes are no longer read. */
export async function writeSpans(
  writer: TreeWriter,
  entries: readonly ManifestEntry[],
  spans: readonly Span[],
  data: readonly Uint8Array[],
): Promise<void> {
  const segments = new Segments(data);
  const pieces = spans.map((span) => ({ span, bytes: segments.take(span.length) }));
  await forEachAtOnce(pieces, ({ span: { entry, offset }, bytes }) =>
    writer.write(entry, entries[entry] as FileEntry, offset, bytes),
  );
}
