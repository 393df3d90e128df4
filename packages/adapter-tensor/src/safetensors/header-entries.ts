import type { Dtype } from './dtypes.ts';
import { isSafetensorsError, SafetensorsError } from './errors.ts';
import { duplicateKey, type JsonReader } from './json/json-reader.ts';
import { markStated } from './metadata.ts';
import { checkedDtype, type Shape } from './shape.ts';

/** The key of the header that holds no tensor. */
export const METADATA_KEY = '__metadata__';

const FIELDS = ['dtype', 'shape', 'data_offsets'] as const;

const LONG_SHAPE = 64;

/** What the header says about one tensor, before its offsets were compared with anything. */
export interface HeaderEntry {
  /** Where in the file the tensor's name begins. */
  readonly offset: number;
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly begin: number | bigint;
  readonly end: number | bigint;
}

export interface HeaderEntries {
  /** In the order of the header. */
  readonly tensors: Map<string, HeaderEntry>;
  readonly metadata: Map<string, string>;
}

/** Reads the JSON text of a header (rules R02 to R06, R12). */
export function readHeaderEntries(reader: JsonReader): HeaderEntries {
  const tensors = new Map<string, HeaderEntry>();
  let metadata: Map<string, string> | undefined;
  reader.openObject();
  for (let name = reader.nextKey(); name !== undefined; name = reader.nextKey()) {
    const offset = reader.keyPosition;
    if (name === METADATA_KEY) {
      if (metadata !== undefined) throw duplicateKey(name, offset);
      metadata = readMetadata(reader);
    } else {
      const known = tensors.size;
      if (tensors.set(name, readNamedEntry(reader, name, offset)).size === known) throw duplicateKey(name, offset);
    }
  }
  reader.finish();
  return { tensors, metadata: metadata ?? new Map() };
}

function readMetadata(reader: JsonReader): Map<string, string> {
  const metadata = new Map<string, string>();
  if (reader.kind === 'null') {
    reader.skip();
    return metadata;
  }
  reader.openObject();
  for (let key = reader.nextKey(); key !== undefined; key = reader.nextKey()) {
    const { keyPosition } = reader;
    const known = metadata.size;
    // One look-up tells both; in a map of millions each of them counts.
    if (metadata.set(key, reader.string()).size === known) throw duplicateKey(key, keyPosition);
  }
  markStated(metadata);
  return metadata;
}

function readNamedEntry(reader: JsonReader, name: string, offset: number): HeaderEntry {
  try {
    return readEntry(reader, offset);
  } catch (error) {
    throw isSafetensorsError(error) ? error.at({ tensor: name }) : error;
  }
}

function readEntry(reader: JsonReader, offset: number): HeaderEntry {
  let dtype: Dtype | undefined;
  let shape: Shape | undefined;
  let range: readonly [begin: number | bigint, end: number | bigint] | undefined;
  let seen: Set<string> | undefined;
  reader.openObject();
  for (let field = reader.nextKey(); field !== undefined; field = reader.nextKey()) {
    if (field === 'dtype' && dtype === undefined) dtype = readDtype(reader);
    else if (field === 'shape' && shape === undefined) shape = readShape(reader);
    else if (field === 'data_offsets' && range === undefined) range = readOffsets(reader);
    else seen = skipField(reader, field, seen);
  }
  if (dtype === undefined) throw missing('dtype', offset);
  if (shape === undefined) throw missing('shape', offset);
  if (range === undefined) throw missing('data_offsets', offset);
  return { offset, dtype, shape, begin: range[0], end: range[1] };
}

/** Passes a field that the format does not know. A field that it does know comes here only when it comes twice. */
function skipField(reader: JsonReader, field: string, seen: Set<string> = new Set(FIELDS)): Set<string> {
  if (seen.has(field)) throw duplicateKey(field, reader.keyPosition);
  reader.skip();
  return seen.add(field);
}

function readDtype(reader: JsonReader): Dtype {
  const offset = reader.position;
  return checkedDtype(reader.string(), { offset });
}

function readShape(reader: JsonReader): Shape {
  const shape: (number | bigint)[] = [];
  reader.openArray();
  while (reader.nextItem()) shape.push(reader.unsigned());
  // `push` reserves room for 16 more; with many tensors that would be most of the memory.
  return shape.length < LONG_SHAPE ? shape.slice() : shape;
}

function readOffsets(reader: JsonReader): readonly [begin: number | bigint, end: number | bigint] {
  const offset = reader.position;
  const range: (number | bigint)[] = [];
  reader.openArray();
  while (range.length <= 2 && reader.nextItem()) range.push(reader.unsigned());
  const [begin, end, surplus] = range;
  if (begin === undefined || end === undefined || surplus !== undefined) {
    throw new SafetensorsError('wrong_type', 'data_offsets must be exactly two numbers', { offset });
  }
  return [begin, end];
}

function missing(field: string, offset: number): SafetensorsError {
  return new SafetensorsError('missing_field', `${field} is missing`, { offset });
}
