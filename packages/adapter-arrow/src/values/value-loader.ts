import { copyTogether } from '@towline/downloader-core/spi';
import {
  type Data,
  DataType,
  makeData,
  RecordBatch,
  RecordBatchReader,
  type Schema,
  Struct,
  Vector,
} from 'apache-arrow';
import {
  type BoundArray,
  type BufferRole,
  type ByteRange,
  type DictionaryEntry,
  encodePrefix,
  type KeyValue,
  type ValidBatch,
} from '../validate/index.ts';

/** What the library calls the buffers of an array. Of offsets and sizes of list views it knows none. */
const names: Readonly<Record<BufferRole, string>> = {
  validity: 'nullBitmap',
  bits: 'data',
  slots: 'data',
  bytes: 'data',
  offsets: 'valueOffsets',
  unionOffsets: 'valueOffsets',
  typeIds: 'typeIds',
  views: 'views',
  viewOffsets: 'viewOffsets',
  viewSizes: 'viewSizes',
};

const none = new Uint8Array(0);

/**
 * Makes the library's values of batches that were checked, over their bodies, whose addresses are multiples of 8: nothing is copied.
 * The library is told what the check has read; its own reader would read all metadata once more.
 */
export class ValueLoader {
  readonly schema: Schema;
  readonly #row: Struct;
  readonly #dictionaries = new Map<number, Vector>();

  /** `schemaBytes`: the metadata of the schema message. */
  constructor(schemaBytes: Uint8Array) {
    const padding = new Uint8Array(-schemaBytes.byteLength & 7);
    const prefix = encodePrefix(schemaBytes.byteLength + padding.byteLength);
    this.schema = RecordBatchReader.from(copyTogether([prefix, schemaBytes, padding])).open().schema;
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
    return new RecordBatch(this.schema, data, new Map(metadata));
  }

  #loadAll(arrays: readonly BoundArray[], fields: Schema['fields'], body: Uint8Array): Data[] {
    return fields.flatMap(({ type }, index) => {
      const array = arrays[index];
      return array === undefined ? [] : [this.#load(array, type, body)];
    });
  }

  #load({ plan, length, nullCount, buffers, variadic, children }: BoundArray, type: DataType, body: Uint8Array): Data {
    const view = (range: ByteRange): Uint8Array => body.subarray(range.offset, range.offset + range.length);
    const parts: Record<string, unknown> = { type, length, nullCount };
    for (const [index, range] of buffers.entries())
      parts[names[plan.layout.buffers[index] as BufferRole]] = view(range);
    // A bitmap may be there and say nothing.
    if (nullCount === 0 && parts['nullBitmap'] !== undefined) parts['nullBitmap'] = none;
    if (plan.layout.variadic) parts['variadicBuffers'] = variadic.map(view);
    if (DataType.isDictionary(type)) parts['dictionary'] = this.#dictionaries.get(type.id);
    if (children.length > 0) {
      const loaded = this.#loadAll(children, type.children, body);
      parts['children'] = loaded;
      [parts['child']] = loaded;
    }
    return makeData(parts as never);
  }
}
