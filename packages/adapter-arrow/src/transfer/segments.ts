/** Bytes of a download, in order: some that were made here, or a range of the source. */
export type Segment = {
  /** From the start of the download. */
  readonly at: number;
  /** In bytes. */
  readonly length: number;
} & (
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
    this.#segments.push({ at: this.#length, length: data.byteLength, data });
    this.#length += data.byteLength;
  }

  addRange(offset: number, length: number): void {
    if (length === 0) return;
    const last = this.#segments.at(-1);
    if (last !== undefined && 'offset' in last && last.offset + last.length === offset)
      this.#segments[this.#segments.length - 1] = { ...last, length: last.length + length };
    else this.#segments.push({ at: this.#length, length, offset });
    this.#length += length;
  }

  /** Zeros up to the next multiple of 8, as the format wants them between buffers and behind metadata. */
  pad(): void {
    const missing = -this.#length & 7;
    if (missing > 0) this.addBytes(zeros.subarray(0, missing));
  }
}

const zeros = new Uint8Array(8);

/** What of segments lies between two places of the download. Finds the first by halving: there may be very many. */
export function segmentsBetween(segments: readonly Segment[], from: number, to: number, most: number): Segment[] {
  const found: Segment[] = [];
  for (let place = segmentAt(segments, from); place < segments.length && found.length < most; place += 1) {
    const segment = segments[place] as Segment;
    if (segment.at >= to) break;
    found.push(partOf(segment, Math.max(segment.at, from), Math.min(segment.at + segment.length, to)));
  }
  return found;
}

function partOf(segment: Segment, from: number, to: number): Segment {
  const skipped = from - segment.at;
  const place = { at: from, length: to - from };
  return 'data' in segment
    ? { ...place, data: segment.data.subarray(skipped, skipped + place.length) }
    : { ...place, offset: segment.offset + skipped };
}

function segmentAt(segments: readonly Segment[], at: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { at: start, length } = segments[middle] as Segment;
    if (start + length <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
