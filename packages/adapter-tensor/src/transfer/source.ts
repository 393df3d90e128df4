import type { MaybePromise, ProduceContext } from '@towline/downloader-core/spi';
import type { Catalogue } from './catalogue.ts';
import type { Piece } from './plan.ts';

/** The bytes of a chunk. */
export interface SourceChunk {
  /** In order, without a gap. */
  readonly data: readonly Uint8Array[];
  /** As `owned` of a produced chunk. Default false. */
  readonly owned?: boolean;
  /** As `recycle` of a produced chunk. */
  recycle?(): void;
}

/** Where an owner's tensors lie. Reading throws `source_changed` when they are no longer what they were. */
export interface TensorSource {
  /** What it has; constant. */
  readonly catalogue: Catalogue;
  /** The bytes of pieces that follow each other, in their order. */
  read(pieces: readonly Piece[], call: Pick<ProduceContext, 'signal'>): MaybePromise<SourceChunk>;
  /** The bytes of one tensor, piece by piece; each lives until the next is asked for. */
  readTensor(index: number, signal: AbortSignal): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Looks whether all is as it was. */
  check(): MaybePromise<void>;
  /** Called once, when nothing more is read. */
  close(): Promise<void>;
}
