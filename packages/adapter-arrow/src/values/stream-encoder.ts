import { type Data, DataType, type RecordBatch, type Schema, type Vector } from 'apache-arrow';
import { arrowError } from '../errors.ts';
import { placeBuffers } from '../transfer/projection.ts';
import {
  encodeDictionaryBatch,
  encodePrefix,
  encodeRecordBatch,
  encodeSchemaMessage,
  sameColumns,
} from '../validate/index.ts';
import { encodeArrays } from './encode-arrays.ts';
import { pairsOf, schemaOf } from './schema-of.ts';

const version = 5;
const endMarker = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/**
 * Writes an IPC stream as views of the batches’ own memory. The library’s writer loses a batch whose schema differs, and
 * cannot write slices of views; this one throws, and can.
 */
export class StreamEncoder {
  readonly #schema: ReturnType<typeof schemaOf>;
  /** What of each dictionary has been written, by id. */
  readonly #written = new Map<number, readonly Data[]>();

  /** Throws `bad_arrow` for a type that is not known here. */
  constructor(schema: Schema) {
    this.#schema = schemaOf(schema);
  }

  /** The metadata of the schema message. */
  get schemaBytes(): Uint8Array {
    return encodeSchemaMessage({ schema: this.#schema, version });
  }

  /** The first message. */
  begin(): Uint8Array[] {
    const metadata = this.schemaBytes;
    return [encodePrefix(metadata.byteLength), metadata];
  }

  /** The messages of one batch: dictionaries as far as they are new, then the batch. Throws `bad_arrow`. */
  batch(batch: RecordBatch): Uint8Array[] {
    if (!sameColumns(schemaOf(batch.schema), this.#schema))
      throw arrowError('bad_arrow', 'A batch has another schema than those before it');
    const parts: Uint8Array[] = [];
    const inBatch = new Map<number, readonly Data[]>();
    for (const child of batch.data.children) this.#addDictionaries(child, parts, inBatch);
    parts.push(...message(batch.data.children, batch.numRows, pairsOf(batch.metadata)));
    return parts;
  }

  end(): Uint8Array[] {
    return [endMarker];
  }

  #addDictionaries(data: Data, parts: Uint8Array[], inBatch: Map<number, readonly Data[]>): void {
    const type: DataType = data.type;
    if (!DataType.isDictionary(type)) {
      for (const child of data.children) this.#addDictionaries(child, parts, inBatch);
      return;
    }
    const chunks = (data.dictionary as Vector | undefined)?.data ?? [];
    for (const chunk of chunks) for (const child of chunk.children) this.#addDictionaries(child, parts, inBatch);
    this.#addDictionary(type.id, chunks, parts, inBatch);
  }

  #addDictionary(
    id: number,
    chunks: readonly Data[],
    parts: Uint8Array[],
    inBatch: Map<number, readonly Data[]>,
  ): void {
    const sibling = inBatch.get(id);
    if (sibling !== undefined && !beginsWith(chunks, sibling) && !beginsWith(sibling, chunks))
      throw arrowError('bad_arrow', `Two columns of a batch have different dictionaries with the id ${id}`);
    const known = this.#written.get(id) ?? [];
    const isKnown = known.length > 0 && beginsWith(known, chunks);
    inBatch.set(id, sibling !== undefined && sibling.length > chunks.length ? sibling : chunks);
    if (isKnown && chunks.length > 0) return;
    const isDelta = known.length > 0 && beginsWith(chunks, known);
    const fresh = isDelta ? chunks.slice(known.length) : chunks;
    for (const [place, chunk] of fresh.entries()) parts.push(...dictionaryMessage(id, isDelta || place > 0, chunk));
    this.#written.set(id, chunks);
  }
}

function beginsWith(chunks: readonly Data[], start: readonly Data[]): boolean {
  return start.length <= chunks.length && start.every((chunk, place) => chunk === chunks[place]);
}

function dictionaryMessage(id: number, isDelta: boolean, chunk: Data): Uint8Array[] {
  const { data, body, bodyBytes } = batchOf([chunk], chunk.length);
  const parts = { version, bodyBytes, customMetadata: [] };
  return framed(encodeDictionaryBatch({ id: BigInt(id), isDelta, data }, parts), body);
}

function message(arrays: readonly Data[], rows: number, customMetadata: ReturnType<typeof pairsOf>): Uint8Array[] {
  const { data, body, bodyBytes } = batchOf(arrays, rows);
  return framed(encodeRecordBatch(data, { version, bodyBytes, customMetadata }), body);
}

function batchOf(arrays: readonly Data[], rows: number) {
  const { nodes, buffers, variadicCounts } = encodeArrays(arrays);
  const { placed, bodyBytes } = placeBuffers(buffers.map(({ byteLength }) => ({ length: byteLength })));
  const body = buffers.flatMap((buffer) => [buffer, zeros.subarray(0, -buffer.byteLength & 7)]);
  return { data: { rows, nodes, buffers: placed, variadicCounts, compression: undefined }, body, bodyBytes };
}

const zeros = new Uint8Array(8);

function framed(metadata: Uint8Array, body: readonly Uint8Array[]): Uint8Array[] {
  return [encodePrefix(metadata.byteLength), metadata, ...body.filter(({ byteLength }) => byteLength > 0)];
}
