import { damaged } from '../output.ts';
import { BackwardBits } from './bits.ts';
import type { Block } from './block.ts';
import { type HuffmanTable, decodeHuffman, readHuffmanTable } from './huffman.ts';

/** The literals of a block, and where its sequences begin. */
export interface Literals {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** The tree for a later block that has none. */
  readonly table: HuffmanTable | undefined;
}

const typeOf = { raw: 0, repeated: 1, compressed: 2, treeless: 3 } as const;

/**
 * Reads the literals section at the start of a block. Source: “Literals Section”, Zstandard compression format.
 * @param previous - The tree of the block before.
 * @param scratch - Where literals are decoded to; they are valid until it is used again.
 */
export function readLiterals(block: Block, previous: HuffmanTable | undefined, scratch: Uint8Array): Literals {
  const { view, start, end } = block;
  if (start >= end) damaged('has an empty block');
  const type = view.getUint8(start) & 3;
  if (type === typeOf.raw || type === typeOf.repeated)
    return { ...plainLiterals(block, type === typeOf.raw, scratch), table: previous };
  return compressedLiterals(
    block,
    type === typeOf.compressed ? undefined : (previous ?? damaged('lacks a Huffman tree')),
    scratch,
  );
}

function plainLiterals(
  { view, bytes, start, end }: Block,
  raw: boolean,
  scratch: Uint8Array,
): Pick<Literals, 'bytes' | 'end'> {
  const format = (view.getUint8(start) >> 2) & 3;
  const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
  const header = readHeader(view, start, headerBytes, end);
  const size = header >> (headerBytes === 1 ? 3 : 4);
  const dataStart = start + headerBytes;
  const dataEnd = dataStart + (raw ? size : 1);
  if (size > scratch.length || dataEnd > end) damaged('ends within its literals');
  if (raw) return { bytes: bytes.subarray(dataStart, dataEnd), end: dataEnd };
  return { bytes: scratch.subarray(0, size).fill(view.getUint8(dataStart)), end: dataEnd };
}

function compressedLiterals(block: Block, previous: HuffmanTable | undefined, scratch: Uint8Array): Literals {
  const { view, start, end } = block;
  const format = (view.getUint8(start) >> 2) & 3;
  const sizeBits = format < 2 ? 10 : 4 * format + 6;
  const headerBytes = (4 + 2 * sizeBits) / 8;
  const header = readHeader(view, start, headerBytes, end);
  const size = Math.floor(header / 16) % 2 ** sizeBits;
  const dataStart = start + headerBytes;
  const dataEnd = dataStart + Math.floor(header / 2 ** (4 + sizeBits));
  if (size > scratch.length || dataEnd > end) damaged('ends within its literals');
  const tree = previous === undefined ? readHuffmanTable(view, dataStart, dataEnd) : { table: previous, usedBytes: 0 };
  const bytes = scratch.subarray(0, size);
  const streams = { view, start: dataStart + tree.usedBytes, end: dataEnd };
  if (format === 0) decodeHuffman(tree.table, new BackwardBits(view, streams.start, dataEnd), bytes, 0, size);
  else decodeFour(tree.table, streams, bytes);
  return { bytes, end: dataEnd, table: tree.table };
}

/** Four streams, each of a quarter of the literals; a table before them has the lengths of the first three. */
function decodeFour(table: HuffmanTable, { view, start, end }: Omit<Block, 'bytes'>, output: Uint8Array): void {
  const tableBytes = 6;
  if (start + tableBytes > end) damaged('ends within its literals');
  const quarter = Math.ceil(output.length / 4);
  if (3 * quarter > output.length) damaged('has too few literals for four streams');
  let streamStart = start + tableBytes;
  for (let index = 0; index < 4; index++) {
    const streamEnd = index < 3 ? streamStart + view.getUint16(start + 2 * index, true) : end;
    if (streamEnd > end) damaged('ends within its literals');
    const to = index < 3 ? quarter * (index + 1) : output.length;
    decodeHuffman(table, new BackwardBits(view, streamStart, streamEnd), output, quarter * index, to);
    streamStart = streamEnd;
  }
}

/** A little-endian number of up to five bytes. */
function readHeader(view: DataView, start: number, bytes: number, end: number): number {
  if (start + bytes > end) damaged('ends within a header');
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + view.getUint8(start + index);
  return value;
}
