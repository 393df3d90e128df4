import { damaged } from '../output.ts';
import { ForwardBits } from './bits.ts';

/**
 * A decoding table: by state, the symbol that it stands for (bits 0–7), how many bits to read for the next state (8–15)
 * and what to add to them (16–31). One load for all three, as sequences are decoded by the million.
 */
export interface FseTable {
  readonly accuracyLog: number;
  readonly entries: Uint32Array;
}

/** The symbol of a state. */
export const symbolOf = (entry: number): number => entry & 0xff;
/** How many bits the next state takes. */
export const stateBits = (entry: number): number => (entry >>> 8) & 0xff;
/** The next state when these bits are zero. */
export const stateBaseline = (entry: number): number => entry >>> 16;

/** What a kind of table may be. */
export interface FseLimits {
  readonly maxAccuracyLog: number;
  readonly maxSymbol: number;
}

/** A table and how many bytes its description took. */
export interface FseDescription {
  readonly table: FseTable;
  readonly usedBytes: number;
}

const lessThanOne = -1;
const minAccuracyLog = 5;

/** Reads a description of a table. Source: “FSE Table Description”, Zstandard compression format. */
export function readFseTable(bytes: Uint8Array, limits: FseLimits): FseDescription {
  const bits = new ForwardBits(bytes);
  const accuracyLog = bits.read(4) + minAccuracyLog;
  if (accuracyLog > limits.maxAccuracyLog) damaged('has a table that is too fine');
  const counts: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    const count = readCount(bits, remaining);
    counts.push(count);
    remaining -= Math.abs(count);
    if (count === 0) skipZeros(bits, counts);
    if (counts.length > limits.maxSymbol + 1) damaged('has a table of too many symbols');
  }
  return { table: buildFseTable(counts, accuracyLog), usedBytes: bits.usedBytes };
}

/** A table with one symbol, which takes no bits. */
export function singleSymbolTable(symbol: number): FseTable {
  return { accuracyLog: 0, entries: Uint32Array.of(symbol) };
}

/** Builds a table from the share of each symbol. Source: “From normalized distribution to decoding tables”. */
export function buildFseTable(counts: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const next = counts.map((count) => Math.abs(count));
  const entries = Uint32Array.from(spreadSymbols(counts, size), (symbol) => {
    const order = next[symbol] ?? 0;
    next[symbol] = order + 1;
    const bits = accuracyLog - (31 - Math.clz32(order));
    return symbol | (bits << 8) | (((order << bits) - size) << 16);
  });
  return { accuracyLog, entries };
}

/** One share: of the values that its bits could have, the small ones take one bit less. */
function readCount(bits: ForwardBits, remaining: number): number {
  const largest = remaining + 1;
  const width = 32 - Math.clz32(largest);
  const value = bits.read(width);
  const short = (1 << (width - 1)) - 1;
  const spare = (1 << width) - 1 - largest;
  if ((value & short) < spare) {
    bits.unread(1);
    return (value & short) - 1;
  }
  return (value > short ? value - spare : value) - 1;
}

/** After a share of zero, two bits tell how many more of them follow; three means that two more bits do. */
function skipZeros(bits: ForwardBits, counts: number[]): void {
  let repeat: number;
  do {
    repeat = bits.read(2);
    for (let index = 0; index < repeat; index++) counts.push(0);
  } while (repeat === 3);
}

function spreadSymbols(counts: readonly number[], size: number): Uint8Array {
  const symbols = new Uint8Array(size);
  let high = size;
  counts.forEach((count, symbol) => {
    if (count === lessThanOne) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  counts.forEach((count, symbol) => {
    for (let index = 0; index < count; index++) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position >= high);
    }
  });
  return symbols;
}
