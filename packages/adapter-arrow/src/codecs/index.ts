/**
 * Decoders for compressed batches, in plain JavaScript. Depends on nothing.
 *
 * @module @towline/adapter-arrow/codecs
 */
import type { BodyCodecs } from '../validate/batch/codec.ts';
import { lz4Frame } from './lz4-frame.ts';
import { zstd } from './zstd/zstd.ts';

export type { BodyCodecs, BufferCodec } from '../validate/batch/codec.ts';
export { ArrowFormatError } from '../validate/errors.ts';
export { lz4Frame, zstd };

/** Decoders for all codecs of the Arrow format, in plain JavaScript: they run wherever it does. */
export const codecs = (): BodyCodecs => ({ lz4Frame, zstd });
