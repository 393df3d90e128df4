import { ArrowFormatError } from '../errors.ts';
import type { ByteRange } from '../framing/pieces.ts';
import { paddedTo8, readSafeInt64 } from '../int64.ts';
import type { BufferCodec } from './codec.ts';
import type { RecordBatch } from './read-batch.ts';

const lengthBytes = 8;
const storedRaw = -1;

/**
 * What a compressed batch becomes: the same batch with the lengths that its buffers declare, one after the other in a
 * body of their own, each at a multiple of 8. Nothing is decoded or allocated by these lengths yet, so that they can be
 * checked first: each against what its input can stand for, all together against `maxBatchBytes`.
 * Throws `bad_compression` and `too_large`. The buffers of `batch` must lie within `body`.
 */
export function decompressedBatch(
  batch: RecordBatch,
  body: Uint8Array,
  codec: BufferCodec,
  maxBatchBytes: number,
): RecordBatch {
  let end = 0;
  const buffers = batch.buffers.map((range) => {
    const length = declaredLength(range, body, codec);
    const offset = end;
    end = offset + paddedTo8(length);
    if (end > maxBatchBytes) {
      throw new ArrowFormatError('too_large', `The batch has over ${maxBatchBytes} bytes when it is decompressed`);
    }
    return { offset, length };
  });
  return { ...batch, buffers, compression: undefined };
}

/** Bytes of a body whose last buffer is the last of `batch`, padded to a multiple of 8. */
export function bodyBytesOf(batch: RecordBatch): number {
  const last = batch.buffers.at(-1);
  return last === undefined ? 0 : paddedTo8(last.offset + last.length);
}

/**
 * Decodes the buffers of `compressed` into a new body, as `decompressed` (made by {@link decompressedBatch}) has them.
 * Throws `bad_compression`, also when a declared length is not the real one.
 */
export function decompressBody(
  compressed: RecordBatch,
  decompressed: RecordBatch,
  body: Uint8Array,
  codec: BufferCodec,
): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(bodyBytesOf(decompressed));
  compressed.buffers.forEach((range, index) => {
    const target = decompressed.buffers[index];
    if (range.length === 0 || target === undefined) return;
    decodeBuffer(slice(body, range), slice(output, target), codec);
  });
  return output;
}

function decodeBuffer(input: Uint8Array, output: Uint8Array, codec: BufferCodec): void {
  const data = input.subarray(lengthBytes);
  if (readDeclared(input) === storedRaw) output.set(data);
  else codec.decode(data, output);
}

/** Each buffer begins with its uncompressed length, or -1 when it is stored as it is (`BodyCompressionMethod`, Message.fbs). */
function declaredLength(range: ByteRange, body: Uint8Array, codec: BufferCodec): number {
  if (range.length === 0) return 0;
  if (range.length < lengthBytes) refuse(`is too short to hold its length`, range);
  const dataBytes = range.length - lengthBytes;
  const declared = readDeclared(slice(body, range));
  if (declared === storedRaw) return dataBytes;
  if (declared === undefined || declared < 0) refuse('declares an impossible length', range);
  if (declared > codec.maxOutputBytes(dataBytes)) {
    refuse(`declares ${declared} bytes, which ${dataBytes} cannot stand for`, range);
  }
  return declared;
}

function readDeclared({ buffer, byteOffset, byteLength }: Uint8Array): number | undefined {
  return readSafeInt64(new DataView(buffer, byteOffset, byteLength), 0);
}

const slice = (bytes: Uint8Array, { offset, length }: ByteRange): Uint8Array => bytes.subarray(offset, offset + length);

function refuse(problem: string, { offset }: ByteRange): never {
  throw new ArrowFormatError('bad_compression', `A compressed buffer ${problem}`, { offset });
}
