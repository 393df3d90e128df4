import { ArrowFormatError } from '../validate/errors.ts';

/** Throws `bad_compression`: the input is damaged, or stands for another number of bytes than it should. */
export function damaged(problem: string): never {
  throw new ArrowFormatError('bad_compression', `Compressed data ${problem}`);
}

// Below this a loop is faster than a call into the engine.
const shortCopyBytes = 32;

/**
 * Where a decoder writes: an array of exactly the length that was declared. Writing beyond it throws, so a bomb ends at
 * its declared length; copies of what was written stay within what was written.
 */
export class Output {
  readonly bytes: Uint8Array;
  /** Bytes written. */
  length = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Writes `count` bytes of `source` from `start` on, which must be there. */
  append(source: Uint8Array, start: number, count: number): void {
    this.#need(count);
    const { bytes, length } = this;
    if (count > shortCopyBytes) bytes.set(source.subarray(start, start + count), length);
    else for (let index = 0; index < count; index++) bytes[length + index] = source[start + index] as number;
    this.length = length + count;
  }

  fill(byte: number, count: number): void {
    this.#need(count);
    this.bytes.fill(byte, this.length, this.length + count);
    this.length += count;
  }

  /**
   * Repeats `count` bytes from `distance` bytes back; they may reach into what is being written.
   * @param start - The first byte that may be referred to.
   */
  repeat(distance: number, count: number, start: number): void {
    if (distance <= 0 || distance > this.length - start) damaged('refers to what was before it');
    this.#need(count);
    const { bytes, length } = this;
    const from = length - distance;
    if (count <= shortCopyBytes)
      for (let index = 0; index < count; index++) bytes[length + index] = bytes[from + index] as number;
    else if (distance >= count) bytes.copyWithin(length, from, from + count);
    else this.#repeatOverlapping(distance, count);
    this.length = length + count;
  }

  /** Throws unless all was written. */
  finish(): void {
    if (this.length !== this.bytes.length)
      damaged(`stands for ${this.length} bytes, not the ${this.bytes.length} declared`);
  }

  /** Each copy doubles what can be copied at once, so a run of one byte costs a few copies and not one for each byte. */
  #repeatOverlapping(distance: number, count: number): void {
    const from = this.length - distance;
    const end = this.length + count;
    let to = this.length;
    while (to < end) {
      const length = Math.min(to - from, end - to);
      this.bytes.copyWithin(to, from, from + length);
      to += length;
    }
  }

  #need(count: number): void {
    if (count > this.bytes.length - this.length)
      damaged(`stands for more than the ${this.bytes.length} bytes declared`);
  }
}
