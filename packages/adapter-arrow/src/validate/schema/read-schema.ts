import { ArrowFormatError } from '../errors.ts';
import type { FlatTable } from '../flatbuffer/reader.ts';
import { readKeyValues } from '../message/key-values.ts';
import { type ArrowField, type ArrowSchema, type DictionaryEncoding, fieldPath } from './model.ts';
import { readIntType, readType } from './read-type.ts';
import { enums } from './type-ids.ts';

// Slots of tables `Schema`, `Field` and `DictionaryEncoding`, format/Schema.fbs of Apache Arrow.
const schemaSlot = { endianness: 0, fields: 1, customMetadata: 2 } as const;
const fieldSlot = {
  name: 0,
  nullable: 1,
  typeType: 2,
  type: 3,
  dictionary: 4,
  children: 5,
  customMetadata: 6,
} as const;
const dictionarySlot = { id: 0, indexType: 1, ordered: 2 } as const;

/** Reads a table `Schema`. Throws `bad_flatbuffer`, `too_deep`, `too_complex` and `bad_schema`. */
export function readSchema(table: FlatTable): ArrowSchema {
  return {
    endianness: readEndianness(table),
    fields: readFields(table.tables(schemaSlot.fields), undefined),
    metadata: readKeyValues(table, schemaSlot.customMetadata),
  };
}

function readEndianness(table: FlatTable): ArrowSchema['endianness'] {
  const value = table.int16(schemaSlot.endianness);
  const endianness = enums.endianness[value];
  if (endianness === undefined) throw new ArrowFormatError('bad_schema', `Number ${value} is no byte order`);
  return endianness;
}

function readFields(tables: readonly FlatTable[], parentPath: string | undefined): readonly ArrowField[] {
  return tables.map((table, index) => readField(table, parentPath, index));
}

function readField(table: FlatTable, parentPath: string | undefined, index: number): ArrowField {
  const named = { name: table.string(fieldSlot.name), nullable: table.bool(fieldSlot.nullable) };
  const path = fieldPath(parentPath, named, index);
  const children = readFields(table.tables(fieldSlot.children), path);
  const type = readType(table.uint8(fieldSlot.typeType), table.table(fieldSlot.type), {
    path,
    childCount: children.length,
  });
  const dictionary = readDictionary(table.table(fieldSlot.dictionary), path);
  return { ...named, type, dictionary, children, metadata: readKeyValues(table, fieldSlot.customMetadata) };
}

function readDictionary(table: FlatTable | undefined, path: string): DictionaryEncoding | undefined {
  if (table === undefined) return undefined;
  const indexTable = table.table(dictionarySlot.indexType);
  return {
    id: table.int64(dictionarySlot.id),
    // “If this field is null, the indices must be signed int32.” (Schema.fbs)
    indexType: indexTable === undefined ? { kind: 'int', bitWidth: 32, signed: true } : readIntType(indexTable, path),
    ordered: table.bool(dictionarySlot.ordered),
  };
}
