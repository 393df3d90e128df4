import { ArrowFormatError } from '../errors.ts';
import type { FlatTable, VectorRange } from '../flatbuffer/reader.ts';
import type { ByteRange } from '../framing/pieces.ts';
import type { Message } from '../message/read-message.ts';

/** One array of a batch. */
export interface FieldNode {
  /** How many values, nulls included. */
  readonly length: number;
  /** How many of them are null. */
  readonly nullCount: number;
}

/** How the buffers of a body are compressed; as numbers, so that one that is not known here can be passed on. */
export interface BodyCompression {
  /** 0 is LZ4 frame, 1 is Zstandard. */
  readonly codec: number;
  /** 0: each buffer for itself. */
  readonly method: number;
}

/** The metadata of a record batch, as it stands; nothing of it has been checked against a schema. */
export interface RecordBatch {
  /** The length that the batch says it has. */
  readonly rows: number;
  /** In pre-order of the fields. */
  readonly nodes: readonly FieldNode[];
  /** In pre-order of the fields; offsets count from the start of the body. */
  readonly buffers: readonly ByteRange[];
  /** How many data buffers each array of views has, in pre-order of these fields. */
  readonly variadicCounts: readonly number[];
  /** `undefined`: the buffers are as they are. */
  readonly compression: BodyCompression | undefined;
}

/** Which dictionary a batch is for, and how. */
export interface DictionaryEntry {
  /** By which the schema's fields name the dictionary. */
  readonly id: bigint;
  /** Whether the values are appended to those that came before. */
  readonly isDelta: boolean;
}

/** The metadata of a dictionary batch. */
export interface DictionaryBatch extends DictionaryEntry {
  /** The values: a record batch with one column. */
  readonly data: RecordBatch;
}

/** The batch that a message holds. */
export interface BatchHeader {
  /** `undefined` of a record batch. */
  readonly dictionary: DictionaryEntry | undefined;
  /** Of a dictionary batch, its `data`. */
  readonly batch: RecordBatch;
}

// Slots of tables `RecordBatch`, `BodyCompression` and `DictionaryBatch`, format/Message.fbs of Apache Arrow.
const slot = { length: 0, nodes: 1, buffers: 2, compression: 3, variadicCounts: 4 } as const;
const compressionSlot = { codec: 0, method: 1 } as const;
const dictionarySlot = { id: 0, data: 1, isDelta: 2 } as const;
const pairBytes = 16;

/**
 * Reads the batch of a message of either kind. Throws `unexpected_message` for one of another kind, and as
 * {@link readRecordBatch}.
 */
export function readBatchHeader({ kind, header }: Message): BatchHeader {
  if (kind === 'recordBatch') return { dictionary: undefined, batch: readRecordBatch(header) };
  if (kind !== 'dictionaryBatch')
    throw new ArrowFormatError('unexpected_message', `A message of kind ${kind} is no batch`);
  const { data, ...dictionary } = readDictionaryBatch(header);
  return { dictionary, batch: data };
}

/** Reads a table `RecordBatch`. Throws `bad_flatbuffer` and `too_complex`. */
export function readRecordBatch(table: FlatTable): RecordBatch {
  return {
    rows: table.safeInt64(slot.length),
    nodes: readNodes(table),
    buffers: readBuffers(table),
    variadicCounts: readVariadicCounts(table),
    compression: readCompression(table.table(slot.compression)),
  };
}

/** Reads a table `DictionaryBatch`. Throws as {@link readRecordBatch}. */
export function readDictionaryBatch(table: FlatTable): DictionaryBatch {
  const data = table.table(dictionarySlot.data);
  if (data === undefined) throw new ArrowFormatError('bad_batch', 'A dictionary batch has no data');
  return {
    id: table.int64(dictionarySlot.id),
    isDelta: table.bool(dictionarySlot.isDelta),
    data: readRecordBatch(data),
  };
}

const absent: VectorRange = { start: 0, count: 0 };

// Nodes and buffers each have a loop with one literal of their own: what made both was compiled for both, and slower (decision 0022).
function readNodes(table: FlatTable): readonly FieldNode[] {
  const { start, count } = table.vector(slot.nodes, pairBytes) ?? absent;
  const nodes: FieldNode[] = [];
  for (let at = start; at < start + count * pairBytes; at += pairBytes)
    nodes.push({ length: table.safeInt64At(at), nullCount: table.safeInt64At(at + 8) });
  return nodes;
}

function readBuffers(table: FlatTable): readonly ByteRange[] {
  const { start, count } = table.vector(slot.buffers, pairBytes) ?? absent;
  const buffers: ByteRange[] = [];
  for (let at = start; at < start + count * pairBytes; at += pairBytes)
    buffers.push({ offset: table.safeInt64At(at), length: table.safeInt64At(at + 8) });
  return buffers;
}

function readVariadicCounts(table: FlatTable): readonly number[] {
  const { start, count } = table.vector(slot.variadicCounts, 8) ?? absent;
  const counts: number[] = [];
  for (let at = start; at < start + count * 8; at += 8) counts.push(table.safeInt64At(at));
  return counts;
}

function readCompression(table: FlatTable | undefined): BodyCompression | undefined {
  if (table === undefined) return undefined;
  return { codec: table.uint8(compressionSlot.codec), method: table.uint8(compressionSlot.method) };
}
