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
  /** The bytes of segments that follow each other. */
  gather(segments: readonly Segment[], signal: AbortSignal): Promise<SourceChunk> | SourceChunk;
  /** Looks whether all is as it was. */
  check(): Promise<void>;
  /** Called once, when nothing more is read. */
  close(): Promise<void>;
}

/** Arrays one behind the other, as one range of bytes. Nothing is copied. */
export class MemoryBytes implements ByteSource {
  readonly size: number;
  #parts: readonly Uint8Array[];
  readonly #starts: readonly number[];

  constructor(parts: readonly Uint8Array[]) {
    const starts: number[] = [];
    let size = 0;
    this.#parts = parts.filter(({ byteLength }) => byteLength > 0);
    for (const { byteLength } of this.#parts) {
      starts.push(size);
      size += byteLength;
    }
    this.#starts = starts;
    this.size = size;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const views = this.#views(offset, length);
    return Promise.resolve(views.length === 1 ? (views[0] as Uint8Array) : joined(views));
  }

  gather(segments: readonly Segment[]): SourceChunk {
    return {
      data: segments.flatMap((segment) =>
        'data' in segment ? [segment.data] : this.#views(segment.offset, segment.length),
      ),
    };
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#parts = [];
    return Promise.resolve();
  }

  #views(offset: number, length: number): Uint8Array[] {
    const views: Uint8Array[] = [];
    const end = Math.min(offset + length, this.size);
    for (let place = this.#placeOf(offset), at = offset; at < end; place += 1) {
      const part = this.#parts[place] as Uint8Array;
      const begin = at - (this.#starts[place] ?? 0);
      const view = part.subarray(begin, begin + end - at);
      views.push(view);
      at += view.byteLength;
    }
    return views;
  }

  /** The last part that begins at or before `offset`. */
  #placeOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }
}

/** A copy of arrays as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
