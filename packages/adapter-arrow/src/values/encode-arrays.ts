import { copyInto } from '@towline/downloader-core/spi';
import { type Data, DataType } from 'apache-arrow';
import type { FieldNode } from '../validate/index.ts';

/** Arrays as a batch holds them: nodes and buffers in pre-order. */
export interface EncodedArrays {
  readonly nodes: readonly FieldNode[];
  /** Views of the arrays’ own memory, but for bitmaps, booleans and offsets of slices, which are made anew. */
  readonly buffers: readonly Uint8Array[];
  readonly variadicCounts: readonly number[];
}

/** Lays out arrays. Their memory must not be written until the last byte was sent. */
export function encodeArrays(arrays: readonly Data[]): EncodedArrays {
  const encoder = new ArraysEncoder();
  for (const array of arrays) encoder.add(array);
  return encoder;
}

const none = new Uint8Array(0);

class ArraysEncoder implements EncodedArrays {
  readonly nodes: FieldNode[] = [];
  readonly buffers: Uint8Array[] = [];
  readonly variadicCounts: number[] = [];

  add(data: Data): void {
    const type: DataType = data.type;
    const { length } = data;
    if (DataType.isNull(type)) return void this.nodes.push({ length, nullCount: length });
    if (DataType.isUnion(type)) return this.#addUnion(data);
    const { nullCount } = data;
    this.nodes.push({ length, nullCount });
    this.buffers.push(nullCount > 0 ? bitsFrom(data.nullBitmap, data.offset, length) : none);
    this.#addContent(data, type);
  }

  #addContent(data: Data, type: DataType): void {
    if (DataType.isBool(type)) this.buffers.push(bitsFrom(data.values as Uint8Array, data.offset, data.length));
    else if (DataType.isStruct(type)) this.#addChildren(data, data.length);
    else if (DataType.isFixedSizeList(type)) this.#addChildren(data, data.length * type.listSize);
    else if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)) this.#addList(data);
    else if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) this.#addViews(data);
    else if (isText(type)) this.#addText(data);
    else this.#addFixed(data);
  }

  #addFixed({ values, length, stride }: Data): void {
    const array = (values ?? none) as Uint8Array | Float64Array;
    this.buffers.push(sized(bytesOf(array), length * stride * array.BYTES_PER_ELEMENT));
  }

  #addText(data: Data): void {
    const [begin, end] = this.#addOffsets(data);
    this.buffers.push(bytesOf((data.values ?? none) as Uint8Array).subarray(begin, end));
  }

  #addList(data: Data): void {
    const [begin, end] = this.#addOffsets(data);
    const [child] = data.children;
    if (child !== undefined) this.add(slice(child, begin, end - begin));
  }

  /** Offsets begin at 0 for every receiver: those of a slice are moved. Gives the range that they span. */
  #addOffsets({ valueOffsets, length }: Data): readonly [number, number] {
    const offsets = (valueOffsets ?? new Int32Array(0)) as Int32Array | BigInt64Array;
    if (offsets.length === 0) {
      this.buffers.push(new Uint8Array(offsets.BYTES_PER_ELEMENT));
      return [0, 0];
    }
    const begin = Number(offsets[0]);
    const own = offsets.subarray(0, length + 1);
    this.buffers.push(bytesOf(begin === 0 ? own : moved(own, begin)));
    return [begin, Number(own.at(-1))];
  }

  #addViews({ values, length, variadicBuffers }: Data): void {
    this.buffers.push(sized(bytesOf((values ?? none) as Uint8Array), length * viewBytes), ...variadicBuffers);
    this.variadicCounts.push(variadicBuffers.length);
  }

  #addUnion(data: Data): void {
    const { length, typeIds, valueOffsets, children } = data;
    this.nodes.push({ length, nullCount: 0 });
    this.buffers.push(bytesOf(typeIds as Int8Array).subarray(0, length));
    if (!DataType.isDenseUnion(data.type)) return this.#addChildren(data, length);
    // Offsets of a slice point into whole children, so those go along.
    this.buffers.push(bytesOf(valueOffsets as Int32Array).subarray(0, length * 4));
    for (const child of children) this.add(child);
  }

  #addChildren({ children }: Data, length: number): void {
    for (const child of children) this.add(slice(child, 0, length));
  }
}

const viewBytes = 16;

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBinary(type) || DataType.isLargeBinary(type);
}

function slice(data: Data, begin: number, length: number): Data {
  return begin === 0 && data.length === length ? data : data.slice(begin, length);
}

function moved(offsets: Int32Array | BigInt64Array, by: number): Int32Array | BigInt64Array {
  return offsets instanceof BigInt64Array
    ? offsets.map((offset) => offset - BigInt(by))
    : offsets.map((offset) => offset - by);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The first bytes of a buffer. The library leaves out what only nulls would be in: then there are zeros. */
function sized(bytes: Uint8Array, wanted: number): Uint8Array {
  if (bytes.byteLength >= wanted) return bytes.subarray(0, wanted);
  const whole = new Uint8Array(wanted);
  copyInto(whole, bytes, 0);
  return whole;
}

/** `length` bits from bit `offset` on, from the first bit of a byte; what is missing is zero. */
function bitsFrom(bitmap: Uint8Array | null | undefined, offset: number, length: number): Uint8Array {
  const wanted = Math.ceil(length / 8);
  const from = (bitmap ?? none).subarray(Math.floor(offset / 8));
  const shift = offset % 8;
  if (shift === 0) return sized(from, wanted);
  const bits = new Uint8Array(wanted);
  for (let at = 0; at < wanted; at += 1) bits[at] = ((from[at] ?? 0) >> shift) | ((from[at + 1] ?? 0) << (8 - shift));
  return bits;
}
