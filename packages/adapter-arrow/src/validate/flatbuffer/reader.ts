import { ArrowFormatError, type ArrowFormatErrorCode } from '../errors.ts';
import { readSafeInt64 } from '../int64.ts';

/** Tables nested in tables: a hostile buffer must not reach the end of our stack, or of that of the library behind us. */
export const maxTableDepth = 64;

// Sub-objects may be shared, and writers do share equal strings; a few such levels could stand for 2^64 objects. So all
// bytes visited together may be this many times the buffer, and reading stays linear in it.
const visitsPerByte = 8;
const spareVisits = 1024;

/** Elements of a vector, all inside of the buffer. */
export interface VectorRange {
  /** Of the first element, from the start of the buffer. */
  readonly start: number;
  /** How many elements, each as long as the reader was told. */
  readonly count: number;
}

/**
 * Reads a flatbuffer and verifies it in the same pass: every access is checked against the buffer, so nothing has to
 * be believed before. Values are little-endian and need no alignment, as they are read through a `DataView`.
 * Source of the encoding: “FlatBuffers internals” of the FlatBuffers documentation.
 */
export class FlatBuffer {
  /** What is read. Not copied: it stays as it is while tables of it are in use. */
  readonly bytes: Uint8Array;
  /** The same bytes, for reading numbers. */
  readonly view: DataView;
  readonly #errorOffset: number;
  #visitsLeft: number;

  /** @param errorOffset - Bytes before the buffer in what is examined as a whole; errors count from there. Default 0. */
  constructor(bytes: Uint8Array, errorOffset = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#errorOffset = errorOffset;
    this.#visitsLeft = visitsPerByte * bytes.length + spareVisits;
  }

  /** The root table. Throws `bad_flatbuffer`. */
  root(): FlatTable {
    return new FlatTable(this, this.follow(0), 1);
  }

  /** The position that the forward offset at `position` points to. */
  follow(position: number): number {
    this.need(position, 4);
    return position + this.view.getUint32(position, true);
  }

  /** Throws unless `length` bytes lie at `position`. */
  need(position: number, length: number): void {
    if (position < 0 || length < 0 || position + length > this.bytes.length) {
      this.fail('bad_flatbuffer', 'The metadata points outside of itself', position);
    }
  }

  /** Counts bytes as visited, and throws `too_complex` when shared ones were visited too often. */
  spend(bytes: number, position: number): void {
    this.#visitsLeft -= bytes;
    if (this.#visitsLeft < 0) this.fail('too_complex', 'The metadata uses the same bytes too often', position);
  }

  /** Throws an {@link ArrowFormatError} whose offset is `position` in what is examined as a whole. */
  fail(code: ArrowFormatErrorCode, message: string, position: number): never {
    throw new ArrowFormatError(code, message, { offset: this.#errorOffset + position });
  }
}

/**
 * One table. Fields are named by their slot: their number in the order of the schema. Absent fields read as their
 * default. A table that is not well formed throws `bad_flatbuffer` when it is made or read.
 */
export class FlatTable {
  /** Where the table lies, and what counts the visits of all tables there. */
  readonly buffer: FlatBuffer;
  readonly #position: number;
  readonly #depth: number;
  readonly #vtable: number;
  readonly #slots: number;
  readonly #tableBytes: number;

  /**
   * `position` counts from the start of the buffer, `depth` from 1 for its root. Throws `bad_flatbuffer`, `too_deep` or
   * `too_complex`.
   */
  constructor(buffer: FlatBuffer, position: number, depth: number) {
    if (depth > maxTableDepth) buffer.fail('too_deep', `Metadata is nested over ${maxTableDepth} deep`, position);
    buffer.need(position, 4);
    const vtable = position - buffer.view.getInt32(position, true);
    buffer.need(vtable, 4);
    const vtableBytes = buffer.view.getUint16(vtable, true);
    const tableBytes = buffer.view.getUint16(vtable + 2, true);
    if (vtableBytes < 4 || vtableBytes % 2 !== 0 || tableBytes < 4)
      buffer.fail('bad_flatbuffer', 'A table has a wrong size', position);
    buffer.need(vtable, vtableBytes);
    buffer.need(position, tableBytes);
    buffer.spend(tableBytes, position);
    this.buffer = buffer;
    this.#position = position;
    this.#depth = depth;
    this.#vtable = vtable;
    this.#slots = (vtableBytes - 4) / 2;
    this.#tableBytes = tableBytes;
  }

  /** An unsigned byte, also an enumeration or the type of a union. */
  uint8(slot: number, byDefault = 0): number {
    const at = this.#field(slot, 1);
    return at === undefined ? byDefault : this.buffer.view.getUint8(at);
  }

  /** False when absent. */
  bool(slot: number): boolean {
    return this.uint8(slot) !== 0;
  }

  /** A signed number of 16 bits. */
  int16(slot: number, byDefault = 0): number {
    const at = this.#field(slot, 2);
    return at === undefined ? byDefault : this.buffer.view.getInt16(at, true);
  }

  /** A signed number of 32 bits. */
  int32(slot: number, byDefault = 0): number {
    const at = this.#field(slot, 4);
    return at === undefined ? byDefault : this.buffer.view.getInt32(at, true);
  }

  /** A 64-bit length, count or position; one beyond 2^53 is refused, as no memory or file is as large. */
  safeInt64(slot: number): number {
    const at = this.#field(slot, 8);
    return at === undefined ? 0 : this.safeInt64At(at);
  }

  /** A signed number of 64 bits; 0 when absent. */
  int64(slot: number): bigint {
    const at = this.#field(slot, 8);
    return at === undefined ? 0n : this.buffer.view.getBigInt64(at, true);
  }

  /** A 64-bit length, count or position inside of a vector. */
  safeInt64At(position: number): number {
    const value = readSafeInt64(this.buffer.view, position);
    return value ?? this.buffer.fail('bad_flatbuffer', 'A length or position is over 2^53', position);
  }

  /** A table within this one; `undefined` when absent. Throws `too_deep` as well. */
  table(slot: number): FlatTable | undefined {
    const at = this.#field(slot, 4);
    return at === undefined ? undefined : new FlatTable(this.buffer, this.buffer.follow(at), this.#depth + 1);
  }

  /** The tables of a vector of tables; an absent vector is empty. */
  tables(slot: number): readonly FlatTable[] {
    const range = this.vector(slot, 4);
    const tables: FlatTable[] = [];
    for (let index = 0; index < (range?.count ?? 0); index++) {
      const at = (range?.start ?? 0) + 4 * index;
      tables.push(new FlatTable(this.buffer, this.buffer.follow(at), this.#depth + 1));
    }
    return tables;
  }

  /** A text; `undefined` when absent. Throws `bad_flatbuffer` when it is not UTF-8. */
  string(slot: number): string | undefined {
    const range = this.vector(slot, 1);
    if (range === undefined) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.buffer.bytes.subarray(range.start, range.start + range.count),
      );
    } catch {
      return this.buffer.fail('bad_flatbuffer', 'A text of the metadata is not UTF-8', range.start);
    }
  }

  /** A vector of scalars or structs of `elementBytes`; `undefined` when absent. */
  vector(slot: number, elementBytes: number): VectorRange | undefined {
    const at = this.#field(slot, 4);
    if (at === undefined) return undefined;
    const position = this.buffer.follow(at);
    this.buffer.need(position, 4);
    const count = this.buffer.view.getUint32(position, true);
    this.buffer.need(position + 4, count * elementBytes);
    this.buffer.spend(4 + count * elementBytes, position);
    return { start: position + 4, count };
  }

  #field(slot: number, width: number): number | undefined {
    if (slot >= this.#slots) return undefined;
    const offset = this.buffer.view.getUint16(this.#vtable + 4 + 2 * slot, true);
    if (offset === 0) return undefined;
    if (offset < 4 || offset + width > this.#tableBytes) {
      this.buffer.fail('bad_flatbuffer', 'A field lies outside of its table', this.#position);
    }
    return this.#position + offset;
  }
}
