import { ArrowFormatError } from '../errors.ts';
import { type ArrowField, type ArrowSchema, type ArrowType, fieldPath } from './model.ts';

/**
 * Checks what a schema must fulfil in itself: children as the types want them, and fields that share a dictionary id
 * agree on its values. Throws `bad_schema` with the path of the field.
 */
export function checkSchema(schema: ArrowSchema): void {
  const dictionaries = new Map<bigint, ArrowField>();
  schema.fields.forEach((field, index) => checkField(field, fieldPath(undefined, field, index), dictionaries));
}

function checkField(field: ArrowField, path: string, dictionaries: Map<bigint, ArrowField>): void {
  checkChildren(field, path);
  if (field.dictionary !== undefined) checkDictionary(field, field.dictionary.id, path, dictionaries);
  field.children.forEach((child, index) => checkField(child, fieldPath(path, child, index), dictionaries));
}

function checkDictionary(field: ArrowField, id: bigint, path: string, dictionaries: Map<bigint, ArrowField>): void {
  const first = dictionaries.get(id);
  if (first === undefined) dictionaries.set(id, field);
  else if (!sameValues(first, field)) fail(`The field shares dictionary ${id} with a field of another type`, path);
}

function checkChildren(field: ArrowField, path: string): void {
  const wanted = childCount(field.type);
  const count = field.children.length;
  if (wanted !== undefined && count !== wanted) fail(`A ${field.type.kind} has ${wanted} children, not ${count}`, path);
  if (field.type.kind === 'map') checkMapEntries(field, path);
  if (field.type.kind === 'runEndEncoded') checkRunEnds(field, path);
}

/** How many children a type has; `undefined` when any number is right. */
function childCount(type: ArrowType): number | undefined {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'unknown':
      return undefined;
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
    case 'fixedSizeList':
    case 'map':
      return 1;
    case 'runEndEncoded':
      return 2;
    default:
      return 0;
  }
}

function checkMapEntries(field: ArrowField, path: string): void {
  const [entries] = field.children;
  const isPair = entries?.type.kind === 'struct' && entries.children.length === 2 && entries.dictionary === undefined;
  if (!isPair) fail('The child of a map is a struct of two children', path);
}

function checkRunEnds(field: ArrowField, path: string): void {
  const [runEnds] = field.children;
  const { type, dictionary } = runEnds ?? {};
  const isRunEnd = type?.kind === 'int' && type.signed && type.bitWidth !== 8 && dictionary === undefined;
  if (!isRunEnd) fail('Run ends are signed integers of 16, 32 or 64 bits', path);
}

/** Whether two schemas describe the same columns: names, types and dictionaries; not nullability or custom metadata. */
export function sameColumns(one: ArrowSchema, other: ArrowSchema): boolean {
  return one.endianness === other.endianness && sameLists(one.fields, other.fields, sameField);
}

function sameField(one: ArrowField, other: ArrowField): boolean {
  return one.name === other.name && sameEncoding(one, other) && sameValues(one, other);
}

function sameEncoding({ dictionary: one }: ArrowField, { dictionary: other }: ArrowField): boolean {
  return (
    one?.id === other?.id && (one === undefined || other === undefined || sameType(one.indexType, other.indexType))
  );
}

function sameValues(one: ArrowField, other: ArrowField): boolean {
  return sameType(one.type, other.type) && sameLists(one.children, other.children, sameField);
}

// Types are flat records of numbers, texts and one list of numbers, always made with their keys in the same order.
const sameType = (one: ArrowType, other: ArrowType): boolean => JSON.stringify(one) === JSON.stringify(other);

function sameLists<T>(one: readonly T[], other: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return (
    one.length === other.length && one.every((item, index) => item === other[index] || same(item, other[index] as T))
  );
}

function fail(message: string, path: string): never {
  throw new ArrowFormatError('bad_schema', message, { path });
}
