import { ArrowFormatError } from '../errors.ts';
import type { BodyCompression } from './read-batch.ts';

/** Decodes one compressed buffer. `@towline/adapter-arrow/codecs` has one for each codec of the format. */
export interface BufferCodec {
  /** The most bytes that `inputBytes` of its format can stand for: what is claimed beyond is refused unread. */
  maxOutputBytes(inputBytes: number): number;
  /**
   * Decodes `input` so that it fills `output` exactly. Throws an {@link ArrowFormatError} `bad_compression` when the
   * input is damaged, or stands for more or fewer bytes. Neither array is kept.
   */
  decode(input: Uint8Array, output: Uint8Array): void;
}

/** Decoders by codec; batches in a codec that is left out are refused. */
export interface BodyCodecs {
  /** For bodies in the LZ4 frame format. */
  readonly lz4Frame?: BufferCodec | undefined;
  /** For bodies in the Zstandard format. */
  readonly zstd?: BufferCodec | undefined;
}

/** Codecs of the format. */
export type CodecName = keyof BodyCodecs;

// `enum CompressionType` and `enum BodyCompressionMethod`, format/Message.fbs of Apache Arrow.
const codecNames: readonly CodecName[] = ['lz4Frame', 'zstd'];
const bufferMethod = 0;

/** The name of a codec; `undefined` for one that this version does not know. */
export const codecName = ({ codec, method }: BodyCompression): CodecName | undefined =>
  method === bufferMethod ? codecNames[codec] : undefined;

/** The decoder for a batch. Throws `unsupported_codec`. */
export function codecFor(compression: BodyCompression, codecs: BodyCodecs): BufferCodec {
  const name = codecName(compression);
  if (name === undefined) {
    const message = `The batch is compressed with codec ${compression.codec}, method ${compression.method}, which is not known`;
    throw new ArrowFormatError('unsupported_codec', message);
  }
  return codecs[name] ?? missing(name);
}

function missing(name: CodecName): never {
  throw new ArrowFormatError(
    'unsupported_codec',
    `The batch is compressed with ${name}, and no decoder for it was given`,
  );
}
