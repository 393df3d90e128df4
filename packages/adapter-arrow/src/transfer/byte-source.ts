import {
  copyTogether,
  maxSegments,
  type MaybePromise,
  partsBetween,
  type Placed,
  type ProduceContext,
} from '@towline/downloader-core/spi';
import type { PositionedBytes } from '../validate/index.ts';
import type { Segment } from './segments.ts';

/** The bytes of a chunk. */
export interface SourceChunk {
  /** In order, without a gap. */
  readonly data: readonly Uint8Array[];
  /** As `owned` of a produced chunk. Default false. */
  readonly owned?: boolean;
  /** As `recycle` of a produced chunk. */
  recycle?(): void;
}

/** Where an owner's bytes lie. Reading throws `source_changed` when they are no longer what they were. */
export interface ByteSource extends PositionedBytes {
  /** The bytes of segments that follow each other, or the first of them: no more arrays than core takes in one chunk (rule S7). */
  gather(segments: readonly Segment[], call: Pick<ProduceContext, 'signal'>): MaybePromise<SourceChunk>;
  /** Looks whether all is as it was. */
  check(): MaybePromise<void>;
  /** Called once, when nothing more is read. */
  close(): Promise<void>;
}

/** An array in its place. */
type MemoryPart = Placed & { readonly data: Uint8Array };

/** Arrays one behind the other, as one range of bytes. Nothing is copied. */
export class MemoryBytes implements ByteSource {
  readonly size: number;
  #parts: readonly MemoryPart[];

  constructor(arrays: readonly Uint8Array[]) {
    let at = 0;
    this.#parts = arrays
      .filter(({ byteLength }) => byteLength > 0)
      .map((data) => ({ data, bytes: data.byteLength, at: (at += data.byteLength) - data.byteLength }));
    this.size = at;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const views = this.#views(offset, length);
    return Promise.resolve(views.length === 1 ? (views[0] as Uint8Array) : copyTogether(views));
  }

  gather(segments: readonly Segment[]): SourceChunk {
    const data: Uint8Array[] = [];
    for (const segment of segments) {
      const room = maxSegments - data.length;
      if (room === 0) break;
      data.push(...('data' in segment ? [segment.data] : this.#views(segment.offset, segment.bytes, room)));
    }
    return { data };
  }

  check(): void {}

  close(): Promise<void> {
    this.#parts = [];
    return Promise.resolve();
  }

  #views(offset: number, length: number, most = Infinity): Uint8Array[] {
    return partsBetween(this.#parts, offset, offset + length, most).map(({ piece, skipped, bytes }) =>
      piece.data.subarray(skipped, skipped + bytes),
    );
  }
}
