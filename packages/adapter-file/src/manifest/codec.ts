import { flag, listOf, mapOf, oneKindOf, oneOf, reasonOf, text, whole } from '@towline/downloader-core/spi';
import { diskError, type FileEntry, type FolderEntry, type LinkEntry, type ManifestEntry } from '@towline/file-io';
import { time } from '../file-description.ts';

/** What is in a folder, in the order of the paths' UTF-16 units, so that a folder comes before what is in it. */
export interface Manifest {
  readonly v: 1;
  readonly entries: readonly ManifestEntry[];
}

const path = text();
const manifestSchema = mapOf<Manifest>({
  v: oneOf(1),
  entries: listOf(
    oneKindOf<ManifestEntry, 'type'>('type', {
      file: mapOf<FileEntry>({ type: oneOf('file'), path, size: whole(0), executable: flag, mtimeMs: time }),
      folder: mapOf<FolderEntry>({ type: oneOf('folder'), path, mtimeMs: time }),
      link: mapOf<LinkEntry>({ type: oneOf('link'), path, target: text() }),
    }),
  ),
});

/** A manifest as the body of a description: JSON in UTF-8. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** Reads what {@link encodeManifest} wrote, from a peer. Shape only. Throws `bad_manifest`. */
export function decodeManifest(body: Uint8Array): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (thrown) {
    throw diskError('bad_manifest', `The list of the folder cannot be read: ${reasonOf(thrown)}`, thrown);
  }
}
