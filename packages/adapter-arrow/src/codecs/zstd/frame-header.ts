import { damaged } from '../output.ts';

/** The header of a frame. */
export interface FrameHeader {
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
  /** Where the first block begins. */
  readonly end: number;
}

const magic = 0xfd2f_b528;
const skippableMagic = 0x184d_2a50;

/** Whether a frame that holds nothing to decode begins at `start`. */
export function isSkippable(input: Uint8Array, start: number): boolean {
  return (read(input, start, 4) & 0xffff_fff0) >>> 0 === skippableMagic;
}

/** Reads the header of the frame at `start`. Source: “Frame_Header”, Zstandard compression format. */
export function readFrameHeader(input: Uint8Array, start: number): FrameHeader {
  if (read(input, start, 4) !== magic) damaged('does not begin as a Zstandard frame');
  const flags = read(input, start + 4, 1);
  if ((flags & 0b1000) !== 0) damaged('uses a reserved flag');
  const singleSegment = (flags & 0b10_0000) !== 0;
  const windowAt = start + 5;
  const dictionaryAt = windowAt + (singleSegment ? 0 : 1);
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  if (read(input, dictionaryAt, dictionaryBytes) !== 0) damaged('needs a dictionary');
  const contentAt = dictionaryAt + dictionaryBytes;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const size = read(input, contentAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  return {
    windowBytes: singleSegment ? size : windowBytes(read(input, windowAt, 1)),
    contentBytes: sizeBytes === 0 ? undefined : size,
    hasChecksum: (flags & 0b100) !== 0,
    end: contentAt + sizeBytes,
  };
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** A little-endian number; of eight bytes it is inexact beyond 2^53, which no output has. */
function read(input: Uint8Array, start: number, bytes: number): number {
  if (start + bytes > input.length) damaged('ends within a header');
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + (input[start + index] as number);
  return value;
}
