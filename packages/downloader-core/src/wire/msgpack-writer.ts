import { isPlainObject } from '../base/plain.ts';
import { maxDepth } from './msgpack-reader.ts';

/** Values share buffers of so many bytes, as far as they fit. What outlives its message holds as much as one of these. */
const slabBytes = 16 * 1024;
/** Where less is left of a buffer the next value begins a new one. */
const leastLeftBytes = 1024;

const utf8 = new TextEncoder();

/** Before a length of 1, 2 or 4 bytes; 0 where there is no such format. */
type Leads = readonly [number, number, number];
const listLeads: Leads = [0, 0xdc, 0xdd];
const mapLeads: Leads = [0, 0xde, 0xdf];
const byteLeads: Leads = [0xc4, 0xc5, 0xc6];
const textLeads: Leads = [0xd9, 0xda, 0xdb];

/**
 * Writes values in MessagePack: null, booleans, numbers, text, byte strings, lists, and plain objects, of which fields that are
 * `undefined` are left out. Whole numbers within ±(2^53 − 1) take the shortest format, all others are floats of 8 bytes.
 */
export class MsgpackWriter {
  readonly #sortKeys: boolean;
  #bytes = new Uint8Array(slabBytes);
  #view = new DataView(this.#bytes.buffer);
  #from = 0;
  #at = 0;

  /** `sortKeys`: equal values give equal bytes. */
  constructor({ sortKeys = false }: { readonly sortKeys?: boolean } = {}) {
    this.#sortKeys = sortKeys;
  }

  /** A value's bytes, in memory that nobody writes to afterwards. Throws a `TypeError` or `RangeError` on what MessagePack cannot hold. */
  write(value: unknown): Uint8Array<ArrayBuffer> {
    if (this.#bytes.byteLength - this.#from < leastLeftBytes) this.#begin(slabBytes);
    this.#at = this.#from;
    this.#value(value, 0);
    const written = this.#bytes.subarray(this.#from, this.#at);
    if (this.#bytes.byteLength > slabBytes) {
      // A value that made the buffer larger is not to hold more than it needs.
      this.#begin(slabBytes);
      return written.slice();
    }
    this.#from = this.#at;
    return written;
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return this.#uint(value ? 0xc3 : 0xc2, 1);
      case 'undefined':
        return this.#uint(0xc0, 1);
      case 'object':
        return value === null ? this.#uint(0xc0, 1) : this.#object(value, depth);
      default:
        throw new TypeError(`a ${typeof value} is no value of MessagePack`);
    }
  }

  #object(value: object, depth: number): void {
    if (depth >= maxDepth) throw new RangeError(`lists and maps lie in each other deeper than ${maxDepth}`);
    if (Array.isArray(value)) {
      this.#head(value.length, 0x90, 15, listLeads);
      for (const element of value) this.#value(element, depth + 1);
    } else if (ArrayBuffer.isView(value)) {
      this.#byteString(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (isPlainObject(value)) {
      this.#map(value, depth);
    } else throw new TypeError('an object that is not plain is no value of MessagePack');
  }

  #map(map: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(map);
    if (this.#sortKeys) keys.sort();
    if (keys.length > 15) return this.#longMap(map, keys, depth);
    this.#uint(0x80, 1);
    const head = this.#at - 1 - this.#from;
    const count = this.#fields(map, keys, depth);
    this.#bytes[this.#from + head] = 0x80 | count;
  }

  /** Writes the fields that are there; how many these are is known afterwards. */
  #fields(map: Readonly<Record<string, unknown>>, keys: readonly string[], depth: number): number {
    let count = 0;
    for (const key of keys) {
      const value = map[key];
      if (value === undefined) continue;
      count += 1;
      this.#text(key);
      this.#value(value, depth + 1);
    }
    return count;
  }

  /** The size of its head depends on their number. */
  #longMap(map: Readonly<Record<string, unknown>>, keys: readonly string[], depth: number): void {
    const present = keys.filter((key) => map[key] !== undefined);
    this.#head(present.length, 0x80, 15, mapLeads);
    this.#fields(map, present, depth);
  }

  #byteString(bytes: Uint8Array): void {
    this.#head(bytes.byteLength, 0, -1, byteLeads);
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  #text(text: string): void {
    const { length } = text;
    if (length > 0xff || !this.#isWrittenAsAscii(text, length)) this.#longText(text);
  }

  /** Short text of one byte a character, as keys and ids are. Otherwise nothing is written. */
  #isWrittenAsAscii(text: string, length: number): boolean {
    this.#reserve(2 + length);
    const bytes = this.#bytes;
    let at = this.#at;
    if (length < 0x20) bytes[at++] = 0xa0 | length;
    else {
      bytes[at++] = 0xd9;
      bytes[at++] = length;
    }
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #longText(text: string): void {
    // At most three bytes for one UTF-16 code unit.
    this.#reserve(5 + text.length * 3);
    const from = this.#at + 5;
    const { written } = utf8.encodeInto(text, this.#bytes.subarray(from));
    this.#head(written, 0xa0, 31, textLeads);
    this.#bytes.copyWithin(this.#at, from, from + written);
    this.#at += written;
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) return this.#float(value);
    if (value >= 0) {
      if (value < 0x80) this.#uint(value, 1);
      else if (value < 0x100) this.#lead(0xcc, value, 1);
      else if (value < 0x10000) this.#lead(0xcd, value, 2);
      else if (value < 2 ** 32) this.#lead(0xce, value, 4);
      else this.#wide(0xcf, value);
    } else if (value >= -0x20) this.#uint(value & 0xff, 1);
    else if (value >= -0x80) this.#lead(0xd0, value & 0xff, 1);
    else if (value >= -0x8000) this.#lead(0xd1, value & 0xffff, 2);
    else if (value >= -(2 ** 31)) this.#lead(0xd2, value >>> 0, 4);
    else this.#wide(0xd3, value);
  }

  #wide(lead: number, value: number): void {
    this.#lead(lead, Math.floor(value / 2 ** 32) >>> 0, 4);
    this.#uint(value >>> 0, 4);
  }

  #float(value: number): void {
    this.#uint(0xcb, 1);
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  /** How many follow: in the lead byte itself up to `most`, else in 1, 2 or 4 bytes after one of `leads`. */
  #head(count: number, short: number, most: number, leads: Leads): void {
    if (count <= most) this.#uint(short | count, 1);
    else if (count < 0x100 && leads[0] > 0) this.#lead(leads[0], count, 1);
    else if (count < 0x10000) this.#lead(leads[1], count, 2);
    else this.#lead(leads[2], count, 4);
  }

  #lead(lead: number, value: number, length: 1 | 2 | 4): void {
    this.#uint(lead, 1);
    this.#uint(value, length);
  }

  #uint(value: number, length: 1 | 2 | 4): void {
    if (this.#at + length > this.#bytes.byteLength) this.#reserve(length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let shift = (length - 1) * 8; shift >= 0; shift -= 8) bytes[at++] = value >>> shift;
    this.#at = at;
  }

  #reserve(bytes: number): void {
    const wanted = this.#at + bytes;
    if (wanted > this.#bytes.byteLength) this.#grow(wanted - this.#from);
  }

  /** Takes the value that was begun to a buffer with room for `bytes` of it, and as many more. */
  #grow(bytes: number): void {
    const begun = this.#bytes.subarray(this.#from, this.#at);
    this.#begin(Math.max(slabBytes, bytes * 2));
    this.#bytes.set(begun);
    this.#at = begun.byteLength;
  }

  #begin(bytes: number): void {
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#from = 0;
  }
}
