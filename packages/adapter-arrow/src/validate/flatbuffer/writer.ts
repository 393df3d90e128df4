import { paddedTo8 } from '../int64.ts';

/** A field of a table that is to be written. Made by {@link flat}. */
export type FlatField =
  /** A whole number in so many bytes, little-endian. */
  | { readonly kind: 'scalar'; readonly bytes: 1 | 2 | 4 | 8; readonly value: bigint }
  /** A table of its own. */
  | { readonly kind: 'table'; readonly fields: FlatFields }
  /** A vector of tables. */
  | { readonly kind: 'tables'; readonly tables: readonly FlatFields[] }
  /** A text in UTF-8. */
  | { readonly kind: 'string'; readonly text: Uint8Array }
  /** A vector of numbers of 32 bits. */
  | { readonly kind: 'int32s'; readonly values: readonly number[] }
  /** A vector of numbers of 64 bits, or of structs made of so many of them. */
  | { readonly kind: 'int64s'; readonly values: readonly (number | bigint)[]; readonly valuesPerElement: 1 | 2 | 3 };

/** The fields of a table by slot; `undefined` for one that is left out. */
export type FlatFields = readonly (FlatField | undefined)[];

const encoder = new TextEncoder();
const scalar = (bytes: 1 | 2 | 4 | 8, value: number | bigint): FlatField => ({
  kind: 'scalar',
  bytes,
  value: BigInt(value),
});

/** Makes fields for {@link encodeFlatBuffer}. */
export const flat = {
  uint8: (value: number): FlatField => scalar(1, value),
  bool: (value: boolean): FlatField => scalar(1, value ? 1 : 0),
  int16: (value: number): FlatField => scalar(2, value),
  int32: (value: number): FlatField => scalar(4, value),
  int64: (value: number | bigint): FlatField => scalar(8, value),
  string: (text: string): FlatField => ({ kind: 'string', text: encoder.encode(text) }),
  table: (fields: FlatFields): FlatField => ({ kind: 'table', fields }),
  tables: (tables: readonly FlatFields[]): FlatField => ({ kind: 'tables', tables }),
  int32s: (values: readonly number[]): FlatField => ({ kind: 'int32s', values }),
  /** A vector of 64-bit integers, or of structs of two or three of them, one after the other in `values`. */
  int64s: (values: readonly (number | bigint)[], valuesPerElement: 1 | 2 | 3 = 1): FlatField => ({
    kind: 'int64s',
    values,
    valuesPerElement,
  }),
} as const;

/**
 * Encodes a flatbuffer: the root table first and each object after the one that refers to it, every value aligned to its
 * size. The length is a multiple of 8.
 */
export function encodeFlatBuffer(root: FlatFields): Uint8Array<ArrayBuffer> {
  const writer = new FlatWriter();
  const reference = writer.reserve(4, 4);
  writer.point(reference, writer.table(root));
  return writer.finish();
}

class FlatWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Takes zeroed space, aligned, and returns its position. */
  reserve(bytes: number, alignment: number): number {
    const position = Math.ceil(this.#length / alignment) * alignment;
    this.#length = position + bytes;
    if (this.#length > this.#bytes.length) this.#grow(this.#length);
    return position;
  }

  /** Lets the reference at `position` point to `target`, which comes after it. */
  point(position: number, target: number): void {
    this.#view.setUint32(position, target - position, true);
  }

  /** Writes a table, then what it refers to; returns the position of the table. */
  table(fields: FlatFields): number {
    const { offsets, tableBytes } = inlineLayout(fields);
    const vtable = this.reserve(4 + 2 * fields.length, 2);
    const table = this.reserve(tableBytes, 8);
    this.#view.setUint16(vtable, 4 + 2 * fields.length, true);
    this.#view.setUint16(vtable + 2, tableBytes, true);
    offsets.forEach((offset, slot) => this.#view.setUint16(vtable + 4 + 2 * slot, offset, true));
    this.#view.setInt32(table, table - vtable, true);
    fields.forEach((field, slot) => {
      if (field !== undefined) this.#field(table + (offsets[slot] ?? 0), field);
    });
    return table;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const end = this.reserve(0, 8);
    return this.#bytes.slice(0, end);
  }

  #field(position: number, field: FlatField): void {
    if (field.kind === 'scalar') this.#scalar(position, field.bytes, field.value);
    else this.point(position, this.#object(field));
  }

  #object(field: Exclude<FlatField, { kind: 'scalar' }>): number {
    switch (field.kind) {
      case 'table':
        return this.table(field.fields);
      case 'tables':
        return this.#tables(field.tables);
      case 'string':
        return this.#string(field.text);
      case 'int32s':
        return this.#int32s(field.values);
      case 'int64s':
        return this.#int64s(field.values, field.valuesPerElement);
    }
  }

  #scalar(position: number, bytes: 1 | 2 | 4 | 8, value: bigint): void {
    for (let index = 0; index < bytes; index++) {
      this.#view.setUint8(position + index, Number(BigInt.asUintN(8, value >> BigInt(8 * index))));
    }
  }

  #tables(tables: readonly FlatFields[]): number {
    const position = this.reserve(4 + 4 * tables.length, 4);
    this.#view.setUint32(position, tables.length, true);
    tables.forEach((fields, index) => this.point(position + 4 + 4 * index, this.table(fields)));
    return position;
  }

  /** A text with the zero byte that ends it, which its length leaves out. */
  #string(text: Uint8Array): number {
    const position = this.reserve(4 + text.length + 1, 4);
    this.#view.setUint32(position, text.length, true);
    this.#bytes.set(text, position + 4);
    return position;
  }

  #int32s(values: readonly number[]): number {
    const position = this.reserve(4 + 4 * values.length, 4);
    this.#view.setUint32(position, values.length, true);
    values.forEach((value, index) => this.#view.setInt32(position + 4 + 4 * index, value, true));
    return position;
  }

  #int64s(values: readonly (number | bigint)[], valuesPerElement: 1 | 2 | 3): number {
    // The elements are aligned to 8, so the length before them is not.
    const position = this.reserve(8, 8) + 4;
    const start = this.reserve(8 * values.length, 8);
    this.#view.setUint32(position, values.length / valuesPerElement, true);
    values.forEach((value, index) => this.#view.setBigInt64(start + 8 * index, BigInt(value), true));
    return position;
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(paddedTo8(bytes), 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Where each field lies in its table: the widest first, so that nothing but the reference to the vtable needs padding. */
function inlineLayout(fields: FlatFields): { offsets: readonly number[]; tableBytes: number } {
  const offsets = fields.map(() => 0);
  let end = 4;
  for (const width of [8, 4, 2, 1]) {
    fields.forEach((field, slot) => {
      if (field === undefined || inlineBytes(field) !== width) return;
      const offset = Math.ceil(end / width) * width;
      offsets[slot] = offset;
      end = offset + width;
    });
  }
  return { offsets, tableBytes: end };
}

const inlineBytes = (field: FlatField): number => (field.kind === 'scalar' ? field.bytes : 4);
