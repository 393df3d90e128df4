import { ArrowFormatError } from '../errors.ts';
import { type ArrowField, type ArrowSchema, fieldPath } from './model.ts';
import type { SchemaMessage } from './schema-message.ts';

/** Why data that is sound cannot become values with apache-arrow 21.2. Codes are promised; messages are not. */
export const valueObstacleCodes = {
  big_endian: 'The library takes big-endian numbers for little-endian ones.',
  unsupported_version: 'The library reads metadata of V4 and V5.',
  unknown_type: 'The type is newer than this version.',
  list_view: 'The library knows no list views.',
  run_end_encoded: 'The library knows no run-end encoding.',
  old_union: 'The library misreads unions of metadata V4: it takes their validity bitmap for type ids.',
  duplicate_name:
    'The library knows the fields of a row by name: of two with one name it confuses types or loses values.',
  missing_name: 'The library knows the fields of a row by name, and calls one without a name `null`.',
  dictionary_id: 'The library holds dictionary ids as numbers, which this one does not fit.',
} as const;

/** A code of {@link valueObstacleCodes}. */
export type ValueObstacleCode = keyof typeof valueObstacleCodes;

/** One reason why data has to be taken as bytes. */
export interface ValueObstacle {
  /** Which obstacle: a key of {@link valueObstacleCodes}. */
  readonly code: ValueObstacleCode;
  /** The field; `undefined` when it is the schema as a whole. */
  readonly path: string | undefined;
  /** What stands in the way, for people. */
  readonly message: string;
  /** What to do instead, for people. */
  readonly hint: string;
}

const hint = 'Take it as bytes: they arrive as they are, for a library that reads them.';

/** Lists what keeps data of a schema from becoming values; empty when nothing does. */
export function valueObstacles({ schema, version }: SchemaMessage): readonly ValueObstacle[] {
  const found: ValueObstacle[] = [];
  if (schema.endianness === 'big') found.push(obstacle('big_endian', undefined));
  if (version !== 4 && version !== 5) found.push(obstacle('unsupported_version', undefined));
  addNames(schema.fields, undefined, found);
  addFields(schema.fields, undefined, version, found);
  return found;
}

/** Throws `not_as_values` with the first obstacle and its hint, when there is one. */
export function requireValues(message: SchemaMessage): void {
  const [first] = valueObstacles(message);
  if (first === undefined) return;
  throw new ArrowFormatError('not_as_values', `${first.message} ${first.hint}`, { path: first.path });
}

function addFields(
  fields: ArrowSchema['fields'],
  parent: string | undefined,
  version: number,
  found: ValueObstacle[],
): void {
  fields.forEach((field, index) => {
    const path = fieldPath(parent, field, index);
    const code = fieldObstacle(field, version);
    if (code !== undefined) found.push(obstacle(code, path));
    if (field.type.kind === 'struct') addNames(field.children, path, found);
    addFields(field.children, path, version, found);
  });
}

function fieldObstacle({ type, dictionary }: ArrowField, version: number): ValueObstacleCode | undefined {
  if (dictionary !== undefined && !Number.isSafeInteger(Number(dictionary.id))) return 'dictionary_id';
  switch (type.kind) {
    case 'unknown':
      return 'unknown_type';
    case 'listView':
    case 'largeListView':
      return 'list_view';
    case 'runEndEncoded':
      return 'run_end_encoded';
    case 'union':
      return version === 4 ? 'old_union' : undefined;
    default:
      return undefined;
  }
}

/** Looks at the columns, or the fields of a struct: both are what the library makes rows of. */
function addNames(fields: readonly ArrowField[], parent: string | undefined, found: ValueObstacle[]): void {
  const names = new Set<string>();
  fields.forEach((field, index) => {
    const { name } = field;
    if (name === undefined) found.push(obstacle('missing_name', fieldPath(parent, field, index)));
    else if (names.has(name)) found.push(obstacle('duplicate_name', fieldPath(parent, field, index)));
    else names.add(name);
  });
}

function obstacle(code: ValueObstacleCode, path: string | undefined): ValueObstacle {
  return { code, path, message: valueObstacleCodes[code], hint };
}
