import { copyTogether } from '@towline/downloader-core/spi';
import { Data, type DataType, RecordBatch, RecordBatchReader, type Schema, Struct, Vector } from 'apache-arrow';
import {
  type BoundArray,
  type DictionaryEntry,
  encodePrefix,
  type KeyValue,
  type ValidBatch,
} from '../validate/index.ts';
import { ArrayLoader, loadAll, type Dictionaries } from './array-loader.ts';

const noBuffers = [undefined, undefined, new Uint8Array(0), undefined] as never;

/**
 * Makes the library's values of batches that were checked, over their bodies, whose addresses are multiples of 8: nothing is copied.
 * The library is told what the check has read; its own reader would read all metadata once more.
 */
export class ValueLoader {
  readonly schema: Schema;
  readonly #row: Struct;
  readonly #dictionaries: Dictionaries = new Map();
  /** Made with the first batch: arrays of a column have the same plan in all. */
  #columns: readonly ArrayLoader[] | undefined;

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
    const values = new Vector([new ArrayLoader(array.plan, type).load(array, body, this.#dictionaries)]);
    const known = isDelta ? this.#dictionaries.get(key) : undefined;
    this.#dictionaries.set(key, (known === undefined ? values : known.concat(values)).memoize());
  }

  /** A batch, with the metadata of its own. */
  batch({ arrays, body, rows }: ValidBatch, metadata: readonly KeyValue[]): RecordBatch {
    this.#columns ??= this.#loadersOf(arrays);
    const children = loadAll(this.#columns, arrays, body, this.#dictionaries);
    return makeBatch(this.schema, new Data(this.#row, 0, rows, 0, noBuffers, children), new Map(metadata));
  }

  #loadersOf(arrays: readonly BoundArray[]): readonly ArrayLoader[] {
    const { fields } = this.schema;
    return arrays.map(({ plan }, place) => new ArrayLoader(plan, fields[place]?.type as DataType));
  }
}

/** Makes a batch of arrays that all have its length and are of its schema. */
export type MakeBatch = (schema: Schema, data: Data<Struct>, metadata: Map<string, string>) => RecordBatch;

/**
 * The constructor of a batch looks for arrays of another length, and copies schema, type and lists for it: that costs as much as all
 * else that a batch becomes. So batches are made as the constructor leaves them, as long as `sample`, one of the library's own, has
 * nothing else in it; otherwise by the constructor.
 */
export function batchMaker(sample: RecordBatch): MakeBatch {
  if (Object.keys(sample).join() !== 'schema,data,_metadata')
    return (schema, data, metadata) => new RecordBatch(schema, data, metadata);
  return (schema, data, metadata) =>
    Object.assign(Object.create(RecordBatch.prototype) as RecordBatch, { schema, data, _metadata: metadata });
}

const makeBatch = batchMaker(new RecordBatch({}));
