import { maxSegments } from '../wire/limits.ts';

/** Bytes that have their place in a download. */
export interface Placed {
  /** How many bytes of the download come before. */
  readonly at: number;
  /** How many there are. */
  readonly bytes: number;
}

/** What of a piece lies in a range of the download. */
export interface PiecePart<P extends Placed> extends Placed {
  /** What it is a part of. */
  readonly piece: P;
  /** How many bytes of the piece come before. */
  readonly skipped: number;
}

/**
 * The place among pieces of the one that holds byte `at` of the download, or the first behind it. Pieces follow each other without a
 * gap; there may be very many, so it halves.
 */
export function pieceAt(pieces: readonly Placed[], at: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { at: start, bytes } = pieces[middle] as Placed;
    if (start + bytes <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What of a piece lies between two places of the download, the first of which is not behind it. */
export function partOf<P extends Placed>(piece: P, from: number, to: number): PiecePart<P> {
  const at = Math.max(piece.at, from);
  return { piece, skipped: at - piece.at, at, bytes: Math.min(piece.at + piece.bytes, to) - at };
}

/** What of pieces lies between two places of the download: a chunk, of `most` parts at most. Default: what core takes in one. */
export function partsBetween<P extends Placed>(
  pieces: readonly P[],
  from: number,
  to: number,
  most: number = maxSegments,
): PiecePart<P>[] {
  const parts: PiecePart<P>[] = [];
  for (let place = pieceAt(pieces, from); parts.length < most; place += 1) {
    const piece = pieces[place];
    if (piece === undefined || piece.at >= to) break;
    parts.push(partOf(piece, from, to));
  }
  return parts;
}
