import { type Piece, pieceAt, type Plan } from './plan.ts';

/** A chunk of a download: bytes of the list of digests, then pieces. */
export interface ChunkPlan {
  readonly prefix: Uint8Array | undefined;
  readonly pieces: readonly Piece[];
  readonly next: number;
  /** How many tensors and files end in it. */
  readonly items: number;
}

// What core takes in one chunk, less one for the digests (rule S7).
const maxPieces = 4_095;

/** The chunk that begins at a place of the download: full, but for the last and for one of very many tiny tensors. */
export function planChunk(plan: Plan, at: number, chunkBytes: number): ChunkPlan | undefined {
  if (at >= plan.totalBytes) return undefined;
  const limit = at + chunkBytes;
  const prefixEnd = plan.prefix?.byteLength ?? 0;
  const prefix = at < prefixEnd ? plan.prefix?.subarray(at, limit) : undefined;
  let next = at + (prefix?.byteLength ?? 0);
  let items = 0;
  const pieces: Piece[] = [];
  for (let index = pieceAt(plan.pieces, next); next < limit && pieces.length < maxPieces; index += 1) {
    const piece = plan.pieces[index];
    if (piece === undefined) break;
    const part = partOf(piece, next, limit);
    pieces.push(part);
    next = part.at + part.bytes;
    if (next === piece.at + piece.bytes) items += 1;
  }
  return { prefix, pieces, next, items };
}

/** What of a piece lies between two places of the download. */
export function partOf({ source, begin, bytes, at }: Piece, from: number, to: number): Piece {
  const start = Math.max(at, from);
  return { source, begin: begin + start - at, bytes: Math.min(at + bytes, to) - start, at: start };
}
