import { damaged } from '../output.ts';

/** Reads bits from the first byte on, the lowest bit of each byte first: descriptions of FSE tables. */
export class ForwardBits {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whole bytes used so far. */
  get usedBytes(): number {
    return Math.ceil(this.#position / 8);
  }

  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++, this.#position++) {
      const byte = this.#bytes[this.#position >> 3];
      if (byte === undefined) damaged('ends within a table');
      value |= ((byte >> (this.#position & 7)) & 1) << bit;
    }
    return value;
  }

  unread(count: number): void {
    this.#position -= count;
  }
}

/** The most bits that {@link BackwardBits.read} gives at once. */
export const maxBitsAtOnce = 25;

/**
 * Reads bits from the end to the beginning, as FSE and Huffman streams are. The last byte ends with a 1 and zeros, which
 * are no part of the stream. Reading beyond the beginning gives zeros and makes {@link bitsLeft} negative; whoever reads
 * checks that in the end, not for each symbol.
 */
export class BackwardBits {
  readonly #view: DataView;
  readonly #start: number;
  bitsLeft: number;

  /**
   * @param view - At least four bytes longer than the stream, so that a whole word can be read anywhere in it.
   * @param start - Of the stream in it, `end` exclusive.
   */
  constructor(view: DataView, start: number, end: number) {
    const last = end > start ? view.getUint8(end - 1) : 0;
    if (last === 0) damaged('has a stream without an end');
    this.#view = view;
    this.#start = start;
    this.bitsLeft = 8 * (end - start) - (Math.clz32(last) - 24) - 1;
  }

  /** The next `count` bits, at most {@link maxBitsAtOnce}. */
  read(count: number): number {
    this.bitsLeft -= count;
    return this.#at(this.bitsLeft, count);
  }

  /** The next `count` bits, at most 31. */
  readLong(count: number): number {
    if (count <= maxBitsAtOnce) return this.read(count);
    const upper = this.read(count - maxBitsAtOnce);
    return upper * 2 ** maxBitsAtOnce + this.read(maxBitsAtOnce);
  }

  /** As {@link read}, without taking them. */
  peek(count: number): number {
    return this.#at(this.bitsLeft - count, count);
  }

  skip(count: number): void {
    this.bitsLeft -= count;
  }

  /** Throws unless the stream was read to its beginning, exactly. */
  finish(): void {
    if (this.bitsLeft !== 0) damaged('has a stream that ends elsewhere than it should');
  }

  #at(bit: number, count: number): number {
    if (bit < 0) return this.#beforeStart(bit, count);
    return (this.#view.getUint32(this.#start + (bit >> 3), true) >>> (bit & 7)) & ((1 << count) - 1);
  }

  #beforeStart(bit: number, count: number): number {
    return bit + count <= 0 ? 0 : this.#at(0, bit + count) << -bit;
  }
}
