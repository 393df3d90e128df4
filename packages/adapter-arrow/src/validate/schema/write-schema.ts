import { type FlatField, type FlatFields, encodeFlatBuffer, flat } from '../flatbuffer/writer.ts';
import { keyValuesField } from '../message/key-values.ts';
import { type ArrowField, type ArrowSchema, type DictionaryEncoding, fieldPath } from './model.ts';
import type { SchemaMessage } from './schema-message.ts';
import { enums } from './type-ids.ts';
import { encodeType, intFields } from './write-type.ts';

// Member of `union MessageHeader`, format/Message.fbs of Apache Arrow.
const schemaHeader = 1;

/**
 * The metadata of a schema message, without prefix; a multiple of 8 long. Throws `unknown_layout` for a type that is not
 * known.
 */
export function encodeSchemaMessage({ schema, version }: SchemaMessage): Uint8Array<ArrayBuffer> {
  return encodeFlatBuffer([
    flat.int16(version - 1),
    flat.uint8(schemaHeader),
    flat.table(schemaFields(schema)),
    flat.int64(0),
  ]);
}

/** The fields of a table `Schema`. Throws as {@link encodeSchemaMessage}. */
export function schemaFields({ endianness, fields, metadata }: ArrowSchema): FlatFields {
  return [flat.int16(enums.endianness.indexOf(endianness)), fieldTables(fields, undefined), keyValuesField(metadata)];
}

function fieldTables(fields: readonly ArrowField[], parentPath: string | undefined): FlatField {
  return flat.tables(fields.map((field, index) => fieldTable(field, fieldPath(parentPath, field, index))));
}

function fieldTable({ name, nullable, type, dictionary, children, metadata }: ArrowField, path: string): FlatFields {
  const { typeId, fields } = encodeType(type, path);
  return [
    name === undefined ? undefined : flat.string(name),
    flat.bool(nullable),
    flat.uint8(typeId),
    flat.table(fields),
    dictionary === undefined ? undefined : flat.table(dictionaryFields(dictionary)),
    fieldTables(children, path),
    keyValuesField(metadata),
  ];
}

const dictionaryFields = ({ id, indexType, ordered }: DictionaryEncoding): FlatFields => [
  flat.int64(id),
  flat.table(intFields(indexType)),
  flat.bool(ordered),
];
