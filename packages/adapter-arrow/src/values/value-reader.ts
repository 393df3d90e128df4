import { RecordBatchReader, type RecordBatch, type RecordBatchStreamReader, type Schema } from 'apache-arrow';
import { arrowError } from '../errors.ts';
import { encodePrefix } from '../validate/index.ts';

/** Makes the library's batches of messages that were checked, one at a time; the library never sees more than that. */
export class ValueReader {
  readonly #feed = new Feed();
  readonly #reader: RecordBatchStreamReader;

  /** `schemaBytes`: the metadata of the schema message. */
  constructor(schemaBytes: Uint8Array) {
    this.#push(schemaBytes, none);
    this.#reader = RecordBatchReader.from(this.#feed) as RecordBatchStreamReader;
    this.#reader.open({ autoDestroy: false });
  }

  get schema(): Schema {
    return this.#reader.schema;
  }

  /** Takes a dictionary; nothing comes of it until a batch uses it. */
  addDictionary(metadata: Uint8Array, body: Uint8Array): void {
    this.#push(metadata, body);
  }

  /** Gives a batch over `body`, which is not copied; its address is a multiple of 8. */
  readBatch(metadata: Uint8Array, body: Uint8Array, rows: number): RecordBatch {
    this.#push(metadata, body);
    const { value, done } = this.#reader.next();
    const batch = value as RecordBatch | null;
    if (done === true || batch === null || batch.numRows !== rows)
      throw arrowError(
        'not_as_values',
        `The library made ${batch?.numRows ?? 'no'} rows of ${rows}. Take it as bytes.`,
      );
    return batch;
  }

  #push(metadata: Uint8Array, body: Uint8Array): void {
    const padding = new Uint8Array(-metadata.byteLength & 7);
    const padded = metadata.byteLength + padding.byteLength;
    this.#feed.push(encodePrefix(padded), metadata, padding, body);
  }
}

const none = new Uint8Array(0);

/**
 * What the library reads from. It looks for more whenever it was given exactly what it wanted; an empty array tells it that there is
 * none yet. A second one in a row means that it wants what will not come: then this is the end.
 */
class Feed implements IterableIterator<Uint8Array> {
  #parts: Uint8Array[] = [];
  #wasEmpty = false;

  push(...parts: readonly Uint8Array[]): void {
    this.#parts.push(...parts.filter(({ byteLength }) => byteLength > 0));
    this.#wasEmpty = false;
  }

  next(): IteratorResult<Uint8Array> {
    const value = this.#parts.shift();
    if (value !== undefined) return { done: false, value };
    const isSecond = this.#wasEmpty;
    this.#wasEmpty = true;
    return isSecond ? { done: true, value: undefined } : { done: false, value: none };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
