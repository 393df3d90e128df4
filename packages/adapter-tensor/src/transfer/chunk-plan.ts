import { maxSegments, partsBetween } from '@towline/downloader-core/spi';
import type { Piece, Plan } from './plan.ts';

/** A chunk of a download: bytes of the list of digests, then pieces. */
export interface ChunkPlan {
  readonly prefix: Uint8Array | undefined;
  readonly pieces: readonly Piece[];
  readonly next: number;
  /** How many tensors and files end in it. */
  readonly items: number;
}

/** The chunk that begins at a place of the download: full, but for the last and for one of very many tiny tensors. */
export function planChunk(plan: Plan, at: number, chunkBytes: number): ChunkPlan | undefined {
  if (at >= plan.totalBytes) return undefined;
  const limit = at + chunkBytes;
  const prefixEnd = plan.prefix?.byteLength ?? 0;
  const prefix = at < prefixEnd ? plan.prefix?.subarray(at, limit) : undefined;
  const from = at + (prefix?.byteLength ?? 0);
  // One array less than core takes: the digests have their own (rule S7).
  const parts = partsBetween(plan.pieces, from, limit, maxSegments - 1);
  const last = parts.at(-1);
  return {
    prefix,
    pieces: parts.map(({ piece, skipped, ...place }) => ({
      ...place,
      source: piece.source,
      begin: piece.begin + skipped,
    })),
    next: last === undefined ? from : last.at + last.bytes,
    items: parts.filter(({ piece, skipped, bytes }) => skipped + bytes === piece.bytes).length,
  };
}
