import { damaged } from '../output.ts';
import { BackwardBits } from './bits.ts';
import { readFseTable, stateBaseline, stateBits, symbolOf } from './fse.ts';

/** A decoding table: for each value of the next `maxBits` bits, the symbol (upper byte) and the bits that it takes. */
export interface HuffmanTable {
  readonly maxBits: number;
  readonly entries: Uint16Array;
}

/** A table and how many bytes its description took. */
export interface HuffmanDescription {
  readonly table: HuffmanTable;
  readonly usedBytes: number;
}

const maxCodeBits = 11;
const maxWeights = 255;
const weightLimits = { maxAccuracyLog: 6, maxSymbol: maxCodeBits };

/** Reads a tree at `start`. Source: “Huffman Tree Description”, Zstandard compression format. */
export function readHuffmanTable(view: DataView, start: number, end: number): HuffmanDescription {
  if (start >= end) damaged('ends before a Huffman tree');
  const header = view.getUint8(start);
  const weightBytes = header < 128 ? header : Math.ceil((header - 127) / 2);
  const weightsEnd = start + 1 + weightBytes;
  if (weightsEnd > end) damaged('ends within a Huffman tree');
  const weights =
    header < 128 ? packedWeights(view, start + 1, weightsEnd) : plainWeights(view, start + 1, header - 127);
  return { table: buildTable(weights), usedBytes: 1 + weightBytes };
}

/** Decodes a whole stream onto [from, to) of `output`. */
export function decodeHuffman(
  table: HuffmanTable,
  bits: BackwardBits,
  output: Uint8Array,
  from: number,
  to: number,
): void {
  const { maxBits, entries } = table;
  for (let at = from; at < to; at++) {
    const entry = entries[bits.peek(maxBits)] as number;
    output[at] = entry >> 8;
    bits.skip(entry & 0xff);
  }
  bits.finish();
}

function plainWeights(view: DataView, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const byte = view.getUint8(start + (index >> 1));
    return index % 2 === 0 ? byte >> 4 : byte & 15;
  });
}

/** Two states take turns; when one cannot be renewed, the symbol of the other is the last. */
function packedWeights(view: DataView, start: number, end: number): number[] {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  const { table, usedBytes } = readFseTable(bytes, weightLimits);
  const bits = new BackwardBits(view, start + usedBytes, end);
  const weights: number[] = [];
  let current = bits.read(table.accuracyLog);
  let other = bits.read(table.accuracyLog);
  if (bits.bitsLeft < 0) damaged('ends within a Huffman tree');
  while (weights.length < maxWeights) {
    const entry = table.entries[current] as number;
    weights.push(symbolOf(entry));
    if (stateBits(entry) > bits.bitsLeft) break;
    const renewed = stateBaseline(entry) + bits.read(stateBits(entry));
    current = other;
    other = renewed;
  }
  weights.push(symbolOf(table.entries[other] as number));
  return weights;
}

/** Symbols with lower weights have longer codes and come first; the weight of the last symbol completes a power of two. */
function buildTable(weights: readonly number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + spanOf(weight), 0);
  if (sum === 0 || weights.length > maxWeights) damaged('has an impossible Huffman tree');
  const maxBits = 32 - Math.clz32(sum);
  const rest = (1 << maxBits) - sum;
  if (maxBits > maxCodeBits || (rest & (rest - 1)) !== 0) damaged('has an incomplete Huffman tree');
  const all = [...weights, 32 - Math.clz32(rest)];
  const entries = new Uint16Array(1 << maxBits);
  let position = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    all.forEach((one, symbol) => {
      if (one !== weight) return;
      entries.fill((symbol << 8) | (maxBits + 1 - weight), position, position + spanOf(weight));
      position += spanOf(weight);
    });
  }
  return { maxBits, entries };
}

/** How many entries of a table a symbol fills. */
const spanOf = (weight: number): number => (weight === 0 ? 0 : 1 << (weight - 1));
