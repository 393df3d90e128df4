import type { BufferCodec } from '../validate/batch/codec.ts';
import { decodeLz4Block } from './lz4-block.ts';
import { Output, damaged } from './output.ts';
import { xxHash32 } from './xxhash32.ts';

// Source: “LZ4 Frame Format Description”.
const magic = 0x184d_2204;
const blockBytesById: Readonly<Record<number, number>> = { 4: 2 ** 16, 5: 2 ** 18, 6: 2 ** 20, 7: 2 ** 22 };
const storedRawFlag = 0x8000_0000;
// A byte of a length adds at most 255 bytes of output; nothing else in a block gives more for its size.
const maxOutputPerByte = 255;

/**
 * Decoder of LZ4 frames, with or without content size, linked blocks and checksums; what there is of these is verified.
 * A buffer is a single frame, as the Arrow format has it. Frames that need a dictionary are refused.
 */
export const lz4Frame: BufferCodec = {
  maxOutputBytes: (inputBytes) => inputBytes * maxOutputPerByte,
  decode(input, bytes) {
    const output = new Output(bytes);
    decodeFrame(input, output);
    output.finish();
  },
};

interface Frame {
  readonly independentBlocks: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly maxBlockBytes: number;
  /** Of the header. */
  readonly end: number;
}

function decodeFrame(input: Uint8Array, output: Output): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const frame = readHeader(input, view, output.bytes.length);
  let at = frame.end;
  for (;;) {
    const size = readUint32(view, at);
    at += 4;
    if (size === 0) break;
    at = decodeBlock(input, view, at, size, frame, output);
  }
  if (frame.contentChecksum) {
    checkHash(view, at, output.bytes.subarray(0, output.length));
    at += 4;
  }
  if (at !== input.length) damaged('goes on after its frame');
}

function readHeader(input: Uint8Array, view: DataView, outputBytes: number): Frame {
  if (readUint32(view, 0) !== magic || input.length < 7) damaged('does not begin as an LZ4 frame');
  const flags = view.getUint8(4);
  if (flags >> 6 !== 1 || (flags & 0b10) !== 0) damaged('is of another version of the LZ4 frame format');
  if ((flags & 0b1) !== 0) damaged('needs a dictionary');
  const maxBlockBytes = blockBytesById[(view.getUint8(5) >> 4) & 7];
  if (maxBlockBytes === undefined || (view.getUint8(5) & 0b1000_1111) !== 0) damaged('has an unknown block size');
  const hasSize = (flags & 0b1000) !== 0;
  const checkAt = hasSize ? 14 : 6;
  if (checkAt >= input.length) damaged('ends within its header');
  if (hasSize && view.getBigUint64(6, true) !== BigInt(outputBytes))
    damaged(`does not stand for the ${outputBytes} bytes declared`);
  if (((xxHash32(input.subarray(4, checkAt)) >> 8) & 0xff) !== input[checkAt]) damaged('has a damaged header');
  return {
    independentBlocks: (flags & 0b10_0000) !== 0,
    blockChecksums: (flags & 0b1_0000) !== 0,
    contentChecksum: (flags & 0b100) !== 0,
    maxBlockBytes,
    end: checkAt + 1,
  };
}

/** Returns where the next block begins. */
function decodeBlock(
  input: Uint8Array,
  view: DataView,
  start: number,
  size: number,
  frame: Frame,
  output: Output,
): number {
  const length = size % storedRawFlag;
  const end = start + length;
  if (length > frame.maxBlockBytes || end > input.length) damaged('has a block of an impossible size');
  const block = input.subarray(start, end);
  if (frame.blockChecksums) checkHash(view, end, block);
  const before = output.length;
  if (size >= storedRawFlag) output.append(block, 0, block.length);
  else decodeLz4Block(block, output, frame.independentBlocks ? before : 0);
  if (output.length - before > frame.maxBlockBytes) damaged('has a block that stands for too much');
  return frame.blockChecksums ? end + 4 : end;
}

function checkHash(view: DataView, at: number, bytes: Uint8Array): void {
  if (readUint32(view, at) !== xxHash32(bytes)) damaged('does not match its checksum');
}

function readUint32(view: DataView, at: number): number {
  if (at + 4 > view.byteLength) damaged('ends too early');
  return view.getUint32(at, true);
}
