import { copyTogether } from '../base/copies.ts';

/** The bytes from `from` to `to` of the concatenation of `pieces`, as views of them. */
export function sliceOf(pieces: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  let at = 0;
  for (const piece of pieces) {
    const begin = Math.max(from - at, 0);
    const end = Math.min(to - at, piece.byteLength);
    if (begin < end) views.push(begin === 0 && end === piece.byteLength ? piece : piece.subarray(begin, end));
    at += piece.byteLength;
    if (at >= to) break;
  }
  return views;
}

/** Cuts the concatenation of `pieces` into segments of the given lengths: views, except where a segment spans pieces. */
export function segmentsOf(pieces: readonly Uint8Array[], lengths: readonly number[]): Uint8Array[] {
  if (samePartition(pieces, lengths)) return [...pieces];
  const [whole = new Uint8Array(0)] = pieces;
  if (pieces.length <= 1) return cutOne(whole, lengths);
  let at = 0;
  return lengths.map((length) => {
    const views = sliceOf(pieces, at, at + length);
    at += length;
    const [only] = views;
    return views.length === 1 && only ? only : copyTogether(views);
  });
}

function samePartition(pieces: readonly Uint8Array[], lengths: readonly number[]): boolean {
  return pieces.length === lengths.length && pieces.every((piece, index) => piece.byteLength === lengths[index]);
}

function cutOne(whole: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    const segment = whole.subarray(at, at + length);
    at += length;
    return segment;
  });
}
