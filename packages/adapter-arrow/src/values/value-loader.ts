import { copyTogether } from '@towline/downloader-core/spi';
import { type Data, DataType, makeData, RecordBatch, RecordBatchReader, Schema, Struct, Vector } from 'apache-arrow';
import {
  type BoundArray,
  type BufferRole,
  type DictionaryEntry,
  encodePrefix,
  type KeyValue,
  type ValidBatch,
} from '../validate/index.ts';

const none = new Uint8Array(0);

/**
 * Makes the library's values of batches that were checked, over their bodies, whose addresses are multiples of 8: nothing is copied.
 * The library is told what the check has read; its own reader would read all metadata once more.
 */
export class ValueLoader {
  readonly schema: Schema;
  readonly #same: SameSchema;
  readonly #row: Struct;
  readonly #dictionaries = new Map<number, Vector>();

  /** `schemaBytes`: the metadata of the schema message. */
  constructor(schemaBytes: Uint8Array) {
    const padding = new Uint8Array(-schemaBytes.byteLength & 7);
    const prefix = encodePrefix(schemaBytes.byteLength + padding.byteLength);
    this.schema = RecordBatchReader.from(copyTogether([prefix, schemaBytes, padding])).open().schema;
    this.#same = new SameSchema(this.schema);
    this.#row = new Struct(this.schema.fields);
  }

  /** Takes a dictionary; nothing comes of it until a batch uses it. */
  addDictionary({ id, isDelta }: DictionaryEntry, { arrays, body }: ValidBatch): void {
    const key = Number(id);
    const type = this.schema.dictionaries.get(key);
    const [array] = arrays;
    if (type === undefined || array === undefined) return;
    const values = new Vector([this.#load(array, type, body)]);
    const known = isDelta ? this.#dictionaries.get(key) : undefined;
    this.#dictionaries.set(key, (known === undefined ? values : known.concat(values)).memoize());
  }

  /** A batch, with the metadata of its own. */
  batch({ arrays, body, rows }: ValidBatch, metadata: readonly KeyValue[]): RecordBatch {
    const children = this.#loadAll(arrays, this.schema.fields, body);
    const data = makeData({ type: this.#row, length: rows, nullCount: 0, children });
    return new RecordBatch(this.#same, data, new Map(metadata));
  }

  #loadAll(arrays: readonly BoundArray[], fields: Schema['fields'], body: Uint8Array): Data[] {
    const loaded: Data[] = [];
    for (const [index, array] of arrays.entries()) {
      const type = fields[index]?.type;
      if (type !== undefined) loaded.push(this.#load(array, type, body));
    }
    return loaded;
  }

  #load(array: BoundArray, type: DataType, body: Uint8Array): Data {
    const { length, nullCount, variadic } = array;
    const children = array.children.length === 0 ? undefined : this.#loadAll(array.children, type.children, body);
    const props = {
      type,
      length,
      nullCount,
      // A bitmap may be there and say nothing.
      nullBitmap: nullCount > 0 ? viewOf(array, 'validity', body) : none,
      data: viewOf(array, 'slots', body) ?? viewOf(array, 'bytes', body) ?? viewOf(array, 'bits', body),
      valueOffsets: viewOf(array, 'offsets', body) ?? viewOf(array, 'unionOffsets', body),
      typeIds: viewOf(array, 'typeIds', body),
      views: viewOf(array, 'views', body),
      variadicBuffers: variadic.map(({ offset, length: bytes }) => body.subarray(offset, offset + bytes)),
      children,
      child: children?.[0],
      dictionary: DataType.isDictionary(type) ? this.#dictionaries.get(type.id) : undefined,
    };
    // Each type takes what it knows; the library's types have one kind of arguments for each.
    return makeData(props as never);
  }
}

/** The buffer of a role, where it lies; nothing when the layout has none. */
function viewOf({ plan, buffers }: BoundArray, role: BufferRole, body: Uint8Array): Uint8Array | undefined {
  const range = buffers[plan.layout.buffers.indexOf(role)];
  return range && body.subarray(range.offset, range.offset + range.length);
}

/**
 * A batch's constructor gives its schema the fields that it has: a copy of all of them, which costs as much as the batch. They are
 * the same, so this one gives the same schema each time.
 */
class SameSchema extends Schema {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    super(schema.fields, schema.metadata, schema.dictionaries, schema.metadataVersion);
    this.#schema = schema;
  }

  override assign(): Schema {
    return this.#schema;
  }
}
