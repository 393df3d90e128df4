import { type FlatField, type FlatFields, encodeFlatBuffer, encodePrefix, flat } from '@towline/adapter-arrow/validate';

/** A field for {@link encodeSchema}: enough to write any schema, also one that no library would. */
export interface FieldSpec {
  readonly name?: string;
  /** Number in `union Type` of Schema.fbs, and the fields of its table. */
  readonly type: readonly [typeId: number, fields: FlatFields];
  readonly dictionary?: bigint;
  /** Of the indices of a dictionary. Default: left out, which means 32 bits, signed. */
  readonly indexType?: readonly [bitWidth: number, signed: boolean];
  readonly children?: readonly FieldSpec[];
}

export interface SchemaSpec {
  readonly fields: readonly FieldSpec[];
  readonly version?: number;
  readonly bigEndian?: boolean;
}

/** Types for {@link FieldSpec}. */
export const types = {
  null: [1, []],
  int8: [2, [flat.int32(8), flat.bool(true)]],
  int16: [2, [flat.int32(16), flat.bool(true)]],
  int32: [2, [flat.int32(32), flat.bool(true)]],
  int64: [2, [flat.int32(64), flat.bool(true)]],
  binary: [4, []],
  utf8: [5, []],
  bool: [6, []],
  list: [12, []],
  struct: [13, []],
  sparseUnion: [14, [flat.int16(0)]],
  denseUnion: [14, [flat.int16(1)]],
  map: [17, []],
  largeUtf8: [20, []],
  largeList: [21, []],
  runEndEncoded: [22, []],
  utf8View: [24, []],
  listView: [25, []],
  largeListView: [26, []],
  newer: [99, []],
} as const satisfies Record<string, FieldSpec['type']>;

export const fixedSizeBinary = (byteWidth: number): FieldSpec['type'] => [15, [flat.int32(byteWidth)]];
export const fixedSizeList = (listSize: number): FieldSpec['type'] => [16, [flat.int32(listSize)]];

/** The metadata of a schema message. */
export function encodeSchema({ fields, version = 5, bigEndian = false }: SchemaSpec): Uint8Array {
  const schema = flat.table([flat.int16(bigEndian ? 1 : 0), flat.tables(fields.map(fieldTable))]);
  return encodeFlatBuffer([flat.int16(version - 1), flat.uint8(1), schema, flat.int64(0)]);
}

/** Prefix, metadata and body of each message, and the end marker: a stream. */
export function streamOfMessages(
  ...messages: readonly (readonly [metadata: Uint8Array, body?: Uint8Array])[]
): Uint8Array {
  const parts = messages.flatMap(([metadata, body]) => [
    encodePrefix(metadata.length),
    metadata,
    body ?? new Uint8Array(0),
  ]);
  return concat(...parts, encodePrefix(0));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function fieldTable({ name, type, dictionary, indexType, children = [] }: FieldSpec): FlatFields {
  const [typeId, typeFields] = type;
  const index = indexType === undefined ? undefined : flat.table([flat.int32(indexType[0]), flat.bool(indexType[1])]);
  const encoding: FlatField | undefined =
    dictionary === undefined ? undefined : flat.table([flat.int64(dictionary), index]);
  return [
    name === undefined ? undefined : flat.string(name),
    flat.bool(true),
    flat.uint8(typeId),
    flat.table(typeFields),
    encoding,
    flat.tables(children.map(fieldTable)),
  ];
}
