import { DownloadError, idProblem, isPlainObject } from '@towline/downloader-core/spi';

/** What the index says of one shared object (rule K1). */
export interface IndexEntry {
  readonly refId: string;
  /** How it is pulled; a kind that this version does not know is refused by the receiver. */
  readonly kind: string;
  /** The name that it was shared by: one component of a path, chosen by the peer. */
  readonly name: string;
  /** Its size, of a folder the sum of its files. */
  readonly bytes: number;
}

/** What a receiver takes as an index, at most. */
export const maxIndexBytes: number = 16 * 1_024 * 1_024;

const maxKindCharacters = 64;
const maxNameBytes = 1_024;

/** The bytes of an index: UTF-8 JSON, `{ "v": 1, "objects": [{ refId, kind, name, bytes }] }`. */
export function encodeIndex(entries: readonly IndexEntry[]): Uint8Array {
  const objects = entries.map(({ refId, kind, name, bytes }) => ({ refId, kind, name, bytes }));
  const encoded = new TextEncoder().encode(JSON.stringify({ v: 1, objects }));
  if (encoded.byteLength > maxIndexBytes) throw new RangeError(`the index has more than ${maxIndexBytes} bytes`);
  return encoded;
}

/** Reads an index of a peer; unknown fields are ignored. Throws `bad_listing`. */
export function decodeIndex(bytes: Uint8Array): readonly IndexEntry[] {
  const input = parseJson(bytes);
  if (!isPlainObject(input)) throw badListing('is no object');
  if (input['v'] !== 1) throw badListing('is of a version that is not known here');
  const { objects } = input;
  if (!Array.isArray(objects) || objects.length === 0) throw badListing('lists no objects');
  const entries = objects.map((object: unknown) => parseEntry(object));
  if (new Set(entries.map(({ refId }) => refId)).size < entries.length) throw badListing('lists a ref twice');
  return entries;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw badListing('is not JSON in UTF-8', cause);
  }
}

function parseEntry(input: unknown): IndexEntry {
  if (!isPlainObject(input)) throw badListing('has an entry that is no object');
  const { refId, kind, name, bytes } = input;
  if (typeof refId !== 'string' || idProblem(refId)) throw badListing('has a ref that is none');
  if (typeof kind !== 'string' || kind === '' || kind.length > maxKindCharacters)
    throw badListing('has a kind that is none');
  if (typeof name !== 'string' || name === '' || Buffer.byteLength(name) > maxNameBytes) {
    throw badListing('has a name that is none');
  }
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0)
    throw badListing('has a size that is none');
  return { refId, kind, name, bytes };
}

function badListing(problem: string, cause?: unknown): DownloadError {
  return new DownloadError('bad_listing', `the owner’s list of objects ${problem}`, {
    side: 'remote',
    retryable: false,
    cause,
  });
}
