import { type ArrowLimits, arrowLimits } from '../limits.ts';
import { type Message, messageCustomMetadata, readMessage } from '../message/read-message.ts';
import { checkPlacement } from './check-buffers.ts';
import { type BodyCodecs, codecFor } from './codec.ts';
import { bodyBytesOf, decompressBody, decompressedBatch } from './decompress-batch.ts';
import { type BatchHeader, readBatchHeader } from './read-batch.ts';
import { encodeDictionaryBatch, encodeRecordBatch } from './write-batch.ts';

/** A batch message without compression, for a reader that knows no codecs. */
export interface DecompressedMessage {
  /** Without prefix; a multiple of 8 long. */
  readonly metadata: Uint8Array;
  /** Each buffer is at a multiple of 8. New, unless the message was not compressed. */
  readonly body: Uint8Array;
}

/** Options of {@link decompressMessage}. */
export interface DecompressOptions {
  /** Decoders; a body in a codec that is left out is refused with `unsupported_codec`. */
  readonly codecs: BodyCodecs;
  /** Default: the defaults of {@link ArrowLimits}. */
  readonly limits?: Partial<ArrowLimits> | undefined;
}

/**
 * Decompresses a record batch or dictionary batch and writes its metadata anew; what is not compressed is returned as it
 * is. Needs no schema, and so checks nothing but the compression.
 * Throws `bad_compression`, `too_large`, `unsupported_codec`, `unexpected_message`, `bad_buffer`, and what metadata deserves.
 */
export function decompressMessage(
  metadata: Uint8Array,
  body: Uint8Array,
  options: DecompressOptions,
): DecompressedMessage {
  const message = readMessage(metadata);
  const { dictionary, batch } = readBatchHeader(message);
  if (batch.compression === undefined) return { metadata, body };
  checkPlacement(batch.buffers, body.length);
  const codec = codecFor(batch.compression, options.codecs);
  const decompressed = decompressedBatch(batch, body, codec, arrowLimits(options.limits).maxBatchBytes);
  return {
    metadata: encodeWith(message, { dictionary, batch: decompressed }),
    body: decompressBody(batch, decompressed, body, codec),
  };
}

/** The metadata of `message` with another batch in the place of its own. */
export function encodeWith(message: Message, { dictionary, batch }: BatchHeader): Uint8Array {
  const { version } = message;
  const parts = { version, bodyBytes: bodyBytesOf(batch), customMetadata: messageCustomMetadata(message) };
  return dictionary === undefined
    ? encodeRecordBatch(batch, parts)
    : encodeDictionaryBatch({ ...dictionary, data: batch }, parts);
}
