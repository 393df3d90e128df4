import { characterLength, isContinuation, skipAscii } from './utf8.ts';

/**
 * Answers for any range of a buffer whether it is valid UTF-8, after one pass over the buffer. Ranges that overlap can
 * be asked for any number of times: a million views of the same megabyte cost a million look-ups, not a terabyte.
 */
export class TextIndex {
  readonly #bytes: Uint8Array;
  /** Positions of bytes that belong to no well-formed character, ascending; made when first needed. */
  #strays: StrayPositions | undefined;
  #ascii: boolean | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether [start, end), which must lie within the buffer, is valid UTF-8. */
  isText(start: number, end: number): boolean {
    if (this.#isAscii() || start === end) return true;
    // Well-formed characters do not overlap. So a range that begins and ends between characters, and holds no stray
    // byte, is made of whole characters.
    return !isContinuation(this.#bytes[start]) && this.#endsBetween(end) && !this.#strayPositions().anyIn(start, end);
  }

  #isAscii(): boolean {
    this.#ascii ??= skipAscii(this.#bytes, 0, this.#bytes.length) === this.#bytes.length;
    return this.#ascii;
  }

  /** At the end of the range: no continuation byte, or one that belongs to no character. */
  #endsBetween(end: number): boolean {
    return (
      end === this.#bytes.length || !isContinuation(this.#bytes[end]) || this.#strayPositions().anyIn(end, end + 1)
    );
  }

  #strayPositions(): StrayPositions {
    this.#strays ??= findStrays(this.#bytes);
    return this.#strays;
  }
}

function findStrays(bytes: Uint8Array): StrayPositions {
  const strays = new StrayPositions();
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes, at, bytes.length);
    if (length === 0) strays.add(at);
    at += Math.max(length, 1);
  }
  return strays;
}

/** A growing list of positions; four bytes each, as a hostile buffer may consist of nothing else. */
class StrayPositions {
  #positions = new Uint32Array(16);
  #count = 0;

  add(position: number): void {
    if (this.#count === this.#positions.length) {
      const grown = new Uint32Array(2 * this.#count);
      grown.set(this.#positions);
      this.#positions = grown;
    }
    this.#positions[this.#count++] = position;
  }

  anyIn(start: number, end: number): boolean {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#positions[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && (this.#positions[low] as number) < end;
  }
}
