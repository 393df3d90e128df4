import { type FlatFields, encodeFlatBuffer, flat } from '../flatbuffer/writer.ts';
import { type KeyValue, keyValuesField } from '../message/key-values.ts';
import type { DictionaryBatch, RecordBatch } from './read-batch.ts';

/** What a batch message holds beside its batch. */
export interface MessageParts {
  /** Of the metadata: 4 or 5. */
  readonly version: number;
  /** Bytes of the body that will follow, padding included. */
  readonly bodyBytes: number;
  /** Key and value pairs of the message; may be empty. */
  readonly customMetadata: readonly KeyValue[];
}

// Members of `union MessageHeader`, format/Message.fbs of Apache Arrow.
const headerType = { dictionaryBatch: 2, recordBatch: 3 } as const;
const prefixBytes = 8;

/** The metadata of a record batch message, without prefix; a multiple of 8 long. */
export function encodeRecordBatch(batch: RecordBatch, parts: MessageParts): Uint8Array<ArrayBuffer> {
  return encodeMessage(headerType.recordBatch, recordBatchFields(batch), parts);
}

/** The metadata of a dictionary batch message, without prefix; a multiple of 8 long. */
export function encodeDictionaryBatch(
  { id, isDelta, data }: DictionaryBatch,
  parts: MessageParts,
): Uint8Array<ArrayBuffer> {
  return encodeMessage(
    headerType.dictionaryBatch,
    [flat.int64(id), flat.table(recordBatchFields(data)), flat.bool(isDelta)],
    parts,
  );
}

/** The continuation marker and the length, to stand before metadata whose length is a multiple of 8. */
export function encodePrefix(metadataBytes: number): Uint8Array<ArrayBuffer> {
  const prefix = new Uint8Array(prefixBytes).fill(0xff, 0, 4);
  new DataView(prefix.buffer).setInt32(4, metadataBytes, true);
  return prefix;
}

function encodeMessage(type: number, header: FlatFields, parts: MessageParts): Uint8Array<ArrayBuffer> {
  const { version, bodyBytes, customMetadata } = parts;
  return encodeFlatBuffer([
    flat.int16(version - 1),
    flat.uint8(type),
    flat.table(header),
    flat.int64(bodyBytes),
    keyValuesField(customMetadata),
  ]);
}

function recordBatchFields({ rows, nodes, buffers, compression, variadicCounts }: RecordBatch): FlatFields {
  return [
    flat.int64(rows),
    flat.int64s(
      nodes.flatMap(({ length, nullCount }) => [length, nullCount]),
      2,
    ),
    flat.int64s(
      buffers.flatMap(({ offset, length }) => [offset, length]),
      2,
    ),
    compression === undefined ? undefined : flat.table([flat.uint8(compression.codec), flat.uint8(compression.method)]),
    variadicCounts.length === 0 ? undefined : flat.int64s(variadicCounts),
  ];
}
