/** What an object came to in the end: the last chunk of each download, never part of its bytes. */
export interface Trailer {
  /** Of the chunks before. */
  readonly bytes: number;
  /** Record batches among them. */
  readonly batches: number;
  /** Absent where a batch has a count that cannot be read. */
  readonly rows: number | undefined;
}

/** The bytes of a trailer: three 64-bit little-endian numbers, bytes, batches and rows; rows of −1 are not known. */
export const trailerBytes = 24;

export function encodeTrailer({ bytes, batches, rows }: Trailer): Uint8Array {
  const encoded = new Uint8Array(trailerBytes);
  const view = new DataView(encoded.buffer);
  for (const [place, value] of [bytes, batches, rows ?? -1].entries()) view.setBigInt64(place * 8, BigInt(value), true);
  return encoded;
}

/** Reads a trailer of a peer, or nothing when it is none. */
export function readTrailer(data: readonly Uint8Array[]): Trailer | undefined {
  const encoded = new Uint8Array(trailerBytes);
  let at = 0;
  for (const part of data) {
    if (at + part.byteLength > trailerBytes) return undefined;
    encoded.set(part, at);
    at += part.byteLength;
  }
  const view = new DataView(encoded.buffer);
  const [bytes = -1, batches = -1, rows = -1] = [0, 8, 16].map((place) => Number(view.getBigInt64(place, true)));
  return at < trailerBytes || bytes < 0 || batches < 0
    ? undefined
    : { bytes, batches, rows: rows < 0 ? undefined : rows };
}
