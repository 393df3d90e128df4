import type { BufferCodec } from '../../validate/batch/codec.ts';
import { Output, damaged } from '../output.ts';
import { xxHash64 } from '../xxhash64.ts';
import { type FrameHeader, isSkippable, readFrameHeader } from './frame-header.ts';
import type { HuffmanTable } from './huffman.ts';
import { readLiterals } from './literals.ts';
import { type SequenceState, executeSequences } from './sequences.ts';

const maxBlockBytes = 128 * 1024;
// The smallest block, a header and one repeated byte, stands for at most 128 KiB.
const maxOutputPerByte = maxBlockBytes / 4;
const blockHeaderBytes = 3;
const spareBytes = 8;
const blockTypes = ['raw', 'repeated', 'compressed', 'reserved'] as const;

/**
 * Decoder of Zstandard data: frames one after the other, skippable ones too; checksums and content sizes are verified
 * where there are any. Frames that need a dictionary are refused. Holds 256 KiB while it decodes, whatever the window.
 * Source: “Zstandard Compression Format”.
 */
export const zstd: BufferCodec = {
  maxOutputBytes: (inputBytes) => inputBytes * maxOutputPerByte,
  decode(input, bytes) {
    const output = new Output(bytes);
    let at = 0;
    while (at < input.length)
      at = isSkippable(input, at) ? skipFrame(input, at) : new FrameDecoder(input, at, output).decode();
    output.finish();
  },
};

function skipFrame(input: Uint8Array, start: number): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const headerBytes = 8;
  if (start + headerBytes > input.length) damaged('ends within a frame');
  const end = start + headerBytes + view.getUint32(start + 4, true);
  return end > input.length ? damaged('ends within a frame') : end;
}

class FrameDecoder {
  readonly #input: Uint8Array;
  readonly #header: FrameHeader;
  readonly #output: Output;
  readonly #sequences: SequenceState;
  readonly #blockBytes: number;
  #tree: HuffmanTable | undefined;
  #scratch: { readonly block: Uint8Array; readonly view: DataView; readonly literals: Uint8Array } | undefined;

  constructor(input: Uint8Array, start: number, output: Output) {
    this.#input = input;
    this.#header = readFrameHeader(input, start);
    this.#output = output;
    this.#blockBytes = Math.min(maxBlockBytes, this.#header.windowBytes);
    const tables = { literals: undefined, offsets: undefined, matches: undefined };
    this.#sequences = { tables, recent: [1, 4, 8], frameStart: output.length };
  }

  /** Returns where the frame ends. */
  decode(): number {
    let at = this.#header.end;
    let last = false;
    while (!last) {
      if (at + blockHeaderBytes > this.#input.length) damaged('ends within a frame');
      const header = this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16);
      last = (header & 1) === 1;
      at = this.#decodeBlock(blockTypes[(header >> 1) & 3] ?? 'reserved', header >> 3, at + blockHeaderBytes);
    }
    const { contentBytes, hasChecksum } = this.#header;
    const written = this.#output.length - this.#sequences.frameStart;
    if (contentBytes !== undefined && contentBytes !== written) damaged('does not have the content size of its frame');
    return hasChecksum ? this.#checkHash(at) : at;
  }

  /** Returns where the block ends. */
  #decodeBlock(type: (typeof blockTypes)[number], size: number, start: number): number {
    if (size > this.#blockBytes) damaged('has a block that is too large');
    const end = start + (type === 'repeated' ? 1 : size);
    if (end > this.#input.length) damaged('ends within a block');
    switch (type) {
      case 'raw':
        this.#output.append(this.#input, start, size);
        break;
      case 'repeated':
        this.#output.fill(this.#byte(start), size);
        break;
      case 'compressed':
        this.#decodeCompressed(start, end);
        break;
      case 'reserved':
        damaged('has a block of an unknown type');
    }
    return end;
  }

  #decodeCompressed(start: number, end: number): void {
    this.#scratch ??= makeScratch(this.#blockBytes);
    const { block: bytes, view, literals: scratch } = this.#scratch;
    bytes.set(this.#input.subarray(start, end));
    const block = { view, bytes, start: 0, end: end - start };
    const before = this.#output.length;
    const literals = readLiterals(block, this.#tree, scratch);
    this.#tree = literals.table;
    executeSequences({ ...block, start: literals.end }, literals.bytes, this.#sequences, this.#output);
    if (this.#output.length - before > this.#blockBytes) damaged('has a block that stands for too much');
  }

  #checkHash(at: number): number {
    const end = at + 4;
    if (end > this.#input.length) damaged('ends within its checksum');
    const hash = xxHash64(this.#output.bytes.subarray(this.#sequences.frameStart, this.#output.length));
    const view = new DataView(this.#input.buffer, this.#input.byteOffset + at, 4);
    if (BigInt(view.getUint32(0, true)) !== (hash & 0xffff_ffffn)) damaged('does not match its checksum');
    return end;
  }

  #byte(at: number): number {
    return this.#input[at] ?? 0;
  }
}

// A copy of each block with room behind it, so that words can be read up to its end.
function makeScratch(blockBytes: number): { block: Uint8Array; view: DataView; literals: Uint8Array } {
  const block = new Uint8Array(blockBytes + spareBytes);
  return { block, view: new DataView(block.buffer), literals: new Uint8Array(blockBytes) };
}
