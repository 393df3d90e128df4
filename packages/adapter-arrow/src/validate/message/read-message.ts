import { ArrowFormatError } from '../errors.ts';
import { FlatBuffer, type FlatTable } from '../flatbuffer/reader.ts';
import { type KeyValue, readKeyValues } from './key-values.ts';

/** What a message holds. `unknown` is a kind newer than this version: it can be passed on, and not read. */
export type MessageKind = 'schema' | 'dictionaryBatch' | 'recordBatch' | 'tensor' | 'sparseTensor' | 'unknown';

/** The metadata of one message, read as far as every kind has it. */
export interface Message {
  /** 1 to 5 for V1 to V5; higher when it is newer than this version. */
  readonly version: number;
  /** What `header` is about. */
  readonly kind: MessageKind;
  /** Bytes of the body that follows the metadata, as the metadata says: 0 to 2^53 - 1. */
  readonly bodyBytes: number;
  /** The table of the kind: `Schema`, `RecordBatch`, … */
  readonly header: FlatTable;
  /** The table `Message` itself, for what is not read here. */
  readonly table: FlatTable;
}

// Slots of `table Message` and the members of `union MessageHeader`, format/Message.fbs of Apache Arrow.
const slot = { version: 0, headerType: 1, header: 2, bodyLength: 3, customMetadata: 4 } as const;
const kinds: readonly MessageKind[] = ['unknown', 'schema', 'dictionaryBatch', 'recordBatch', 'tensor', 'sparseTensor'];

/**
 * Reads the metadata of a message (without its prefix; trailing padding is fine).
 * @param errorOffset - Position of the metadata in what is examined, for errors. Default 0.
 * Throws `bad_flatbuffer`, `too_deep` and `too_complex`.
 */
export function readMessage(metadata: Uint8Array, errorOffset = 0): Message {
  const table = new FlatBuffer(metadata, errorOffset).root();
  const headerType = table.uint8(slot.headerType);
  const header = table.table(slot.header);
  if (headerType === 0 || header === undefined) {
    throw new ArrowFormatError('bad_flatbuffer', 'The message has no header', { offset: errorOffset });
  }
  const bodyBytes = table.safeInt64(slot.bodyLength);
  if (bodyBytes < 0) {
    throw new ArrowFormatError('bad_framing', `The message has a body of ${bodyBytes} bytes`, { offset: errorOffset });
  }
  return { version: table.int16(slot.version) + 1, kind: kinds[headerType] ?? 'unknown', bodyBytes, header, table };
}

/** The application’s own metadata of a message. */
export function messageCustomMetadata(message: Message): readonly KeyValue[] {
  return readKeyValues(message.table, slot.customMetadata);
}
