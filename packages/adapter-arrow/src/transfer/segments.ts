import { partsBetween, type PiecePart, type Placed } from '@towline/downloader-core/spi';

/** Bytes of a download, in order: some that were made here, or a range of the source. */
export type Segment = Placed &
  (
    | /** Bytes that were made here. */ { readonly data: Uint8Array }
    /** A range of the source, by its first byte. */
    | { readonly offset: number }
  );

/** Puts segments one behind the other. Ranges that follow each other in the source are one. */
export class SegmentList {
  readonly #segments: Segment[] = [];
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  addBytes(data: Uint8Array): void {
    if (data.byteLength === 0) return;
    this.#segments.push({ at: this.#length, bytes: data.byteLength, data });
    this.#length += data.byteLength;
  }

  addRange(offset: number, length: number): void {
    if (length === 0) return;
    const last = this.#segments.at(-1);
    if (last !== undefined && 'offset' in last && last.offset + last.bytes === offset)
      this.#segments[this.#segments.length - 1] = { ...last, bytes: last.bytes + length };
    else this.#segments.push({ at: this.#length, bytes: length, offset });
    this.#length += length;
  }

  /** Zeros up to the next multiple of 8, as the format wants them between buffers and behind metadata. */
  pad(): void {
    const missing = -this.#length & 7;
    if (missing > 0) this.addBytes(zeros.subarray(0, missing));
  }
}

const zeros = new Uint8Array(8);

/** What of segments lies between two places of the download. */
export function segmentsBetween(segments: readonly Segment[], from: number, to: number): Segment[] {
  return partsBetween(segments, from, to).map(segmentOf);
}

function segmentOf({ piece, skipped, at, bytes }: PiecePart<Segment>): Segment {
  return 'data' in piece
    ? { at, bytes, data: piece.data.subarray(skipped, skipped + bytes) }
    : { at, bytes, offset: piece.offset + skipped };
}
