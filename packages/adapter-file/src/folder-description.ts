import type { Description } from '@towline/downloader-core/spi';
import { checkEntries, diskError, type ManifestEntry, type NamePlatform, sumOfSizes } from '@towline/file-io';
import { expectKind } from './file-description.ts';
import { decodeManifest, encodeManifest } from './manifest/codec.ts';

/** What a receiver learns about a folder before its bytes: the description of kind `folder`. */
export interface FolderDescription {
  /** Chosen by the peer: not a safe name yet. */
  readonly name: string;
  readonly entries: readonly ManifestEntry[];
}

/** A folder's description as core carries it: the manifest is its body. */
export function describeFolder({ name, entries }: FolderDescription): Description {
  return {
    kind: 'folder',
    name,
    totalBytes: sumOfSizes(entries),
    totalItems: entries.filter(({ type }) => type === 'file').length,
    body: encodeManifest({ v: 1, entries }),
  };
}

/**
 * Reads a description of a peer, and checks every entry by the rules of a platform. Throws `wrong_kind`, `bad_manifest`,
 * `unsafe_name` or `link_refused`.
 */
export function readFolderDescription(description: Description, platform: NamePlatform): FolderDescription {
  expectKind(description, 'folder');
  const { name, body, totalBytes } = description;
  if (name === undefined || body === undefined)
    throw diskError('bad_manifest', 'The folder’s description has no name or no list');
  const { entries } = decodeManifest(body);
  checkEntries(entries, platform);
  if (sumOfSizes(entries) !== totalBytes)
    throw diskError('bad_manifest', 'The sizes of the files do not add up to the size of the folder');
  return { name, entries };
}
