import { copyTogether } from '@towline/downloader-core/spi';
import { Data, type DataType, RecordBatch, RecordBatchReader, Schema, Struct, Vector } from 'apache-arrow';
import {
  type BoundArray,
  type DictionaryEntry,
  encodePrefix,
  type KeyValue,
  type ValidBatch,
} from '../validate/index.ts';
import { ArrayLoader, loadAll, type Dictionaries } from './array-loader.ts';

/**
 * Makes the library's values of batches that were checked, over their bodies, whose addresses are multiples of 8: nothing is copied.
 * The library is told what the check has read; its own reader would read all metadata once more.
 */
export class ValueLoader {
  readonly schema: Schema;
  readonly #same: SameSchema;
  readonly #row: Struct;
  readonly #dictionaries: Dictionaries = new Map();
  /** Made with the first batch: arrays of a column have the same plan in all. */
  #columns: readonly ArrayLoader[] | undefined;

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
    const values = new Vector([new ArrayLoader(array.plan, type).load(array, body, this.#dictionaries)]);
    const known = isDelta ? this.#dictionaries.get(key) : undefined;
    this.#dictionaries.set(key, (known === undefined ? values : known.concat(values)).memoize());
  }

  /** A batch, with the metadata of its own. */
  batch({ arrays, body, rows }: ValidBatch, metadata: readonly KeyValue[]): RecordBatch {
    this.#columns ??= this.#loadersOf(arrays);
    const children = loadAll(this.#columns, arrays, body, this.#dictionaries);
    return new RecordBatch(this.#same, new Data(this.#row, 0, rows, 0, undefined, children), new Map(metadata));
  }

  #loadersOf(arrays: readonly BoundArray[]): readonly ArrayLoader[] {
    const { fields } = this.schema;
    return arrays.map(({ plan }, place) => new ArrayLoader(plan, fields[place]?.type as DataType));
  }
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
