import { type Output, damaged } from '../output.ts';
import { BackwardBits } from './bits.ts';
import type { Block } from './block.ts';
import { type FseTable, readFseTable, singleSymbolTable, stateBaseline, stateBits, symbolOf } from './fse.ts';
import { type CodeKind, literalsLengths, matchLengths, offsets } from './sequence-codes.ts';

/** Tables of the sequences of a block, which later blocks may use again. */
export interface SequenceTables {
  readonly literals: FseTable | undefined;
  readonly offsets: FseTable | undefined;
  readonly matches: FseTable | undefined;
}

/** What a frame carries from one block to the next. */
export interface SequenceState {
  tables: SequenceTables;
  /** The three latest offsets, the latest first. */
  readonly recent: [number, number, number];
  /** The first byte of the output that belongs to the frame. */
  readonly frameStart: number;
}

/**
 * Reads the sequences at the start of `block` and executes them: literals and matches onto `output`.
 * Source: “Sequences Section” and “Sequence Execution”, Zstandard compression format.
 */
export function executeSequences(block: Block, literals: Uint8Array, state: SequenceState, output: Output): void {
  const { count, end } = readCount(block);
  if (count === 0) {
    if (end !== block.end) damaged('goes on after its literals');
    output.append(literals, 0, literals.length);
    return;
  }
  const { tables, end: tablesEnd } = readTables({ ...block, start: end }, state.tables);
  state.tables = tables;
  const bits = new BackwardBits(block.view, tablesEnd, block.end);
  const used = runSequences(count, tables, bits, literals, state, output);
  bits.finish();
  output.append(literals, used, literals.length - used);
}

function readCount({ view, start, end }: Block): { count: number; end: number } {
  const first = start < end ? view.getUint8(start) : damaged('ends before its sequences');
  const bytes = first < 128 ? 1 : first < 255 ? 2 : 3;
  if (start + bytes > end) damaged('ends within its sequences');
  if (bytes === 1) return { count: first, end: start + 1 };
  if (bytes === 2) return { count: ((first - 128) << 8) + view.getUint8(start + 1), end: start + 2 };
  return { count: view.getUint16(start + 1, true) + 0x7f00, end: start + 3 };
}

type Tables = { readonly [K in keyof SequenceTables]: FseTable };

function readTables(block: Block, previous: SequenceTables): { tables: Tables; end: number } {
  const modes = block.start < block.end ? block.view.getUint8(block.start) : damaged('ends within its sequences');
  if ((modes & 3) !== 0) damaged('uses a reserved mode');
  const literals = readTable({ ...block, start: block.start + 1 }, modes >> 6, literalsLengths, previous.literals);
  const offset = readTable({ ...block, start: literals.end }, (modes >> 4) & 3, offsets, previous.offsets);
  const matches = readTable({ ...block, start: offset.end }, (modes >> 2) & 3, matchLengths, previous.matches);
  return { tables: { literals: literals.table, offsets: offset.table, matches: matches.table }, end: matches.end };
}

function readTable(
  block: Block,
  mode: number,
  kind: CodeKind,
  previous: FseTable | undefined,
): { table: FseTable; end: number } {
  const { bytes, start, end } = block;
  switch (mode) {
    case 0:
      return { table: kind.predefined, end: start };
    case 1: {
      const symbol = start < end ? (bytes[start] as number) : damaged('ends within a table');
      if (symbol > kind.limits.maxSymbol) damaged('uses an unknown code');
      return { table: singleSymbolTable(symbol), end: start + 1 };
    }
    case 2: {
      const { table, usedBytes } = readFseTable(bytes.subarray(start, end), kind.limits);
      return { table, end: start + usedBytes };
    }
    default:
      return { table: previous ?? damaged('repeats a table that it does not have'), end: start };
  }
}

/** Returns how many of the literals were used. */
function runSequences(
  count: number,
  tables: Tables,
  bits: BackwardBits,
  literals: Uint8Array,
  { recent, frameStart }: SequenceState,
  output: Output,
): number {
  const states = new States(tables, bits);
  let used = 0;
  for (let left = count; left > 0; left--) {
    const offsetCode = symbolOf(states.offset);
    const offsetValue = ((1 << offsetCode) >>> 0) + bits.readLong(offsetCode);
    const matchLength = readLength(bits, matchLengths, symbolOf(states.match));
    const literalsLength = readLength(bits, literalsLengths, symbolOf(states.literals));
    if (bits.bitsLeft < 0) damaged('ends within its sequences');
    if (literalsLength > literals.length - used) damaged('has too few literals');
    output.append(literals, used, literalsLength);
    used += literalsLength;
    output.repeat(resolveOffset(offsetValue, literalsLength, recent), matchLength, frameStart);
    if (left > 1) states.renew(bits);
  }
  return used;
}

/** The three interleaved states, each as the entry of its table. */
class States {
  readonly #tables: Tables;
  literals: number;
  offset: number;
  match: number;

  constructor(tables: Tables, bits: BackwardBits) {
    this.#tables = tables;
    this.literals = tables.literals.entries[bits.read(tables.literals.accuracyLog)] as number;
    this.offset = tables.offsets.entries[bits.read(tables.offsets.accuracyLog)] as number;
    this.match = tables.matches.entries[bits.read(tables.matches.accuracyLog)] as number;
  }

  renew(bits: BackwardBits): void {
    const { literals, matches, offsets: offset } = this.#tables;
    this.literals = literals.entries[stateBaseline(this.literals) + bits.read(stateBits(this.literals))] as number;
    this.match = matches.entries[stateBaseline(this.match) + bits.read(stateBits(this.match))] as number;
    this.offset = offset.entries[stateBaseline(this.offset) + bits.read(stateBits(this.offset))] as number;
  }
}

function readLength(bits: BackwardBits, kind: CodeKind, code: number): number {
  return (kind.baselines[code] as number) + bits.read(kind.extraBits[code] as number);
}

/** Values to 3 mean a recent offset, shifted by one when there are no literals; the offset used becomes the latest. */
function resolveOffset(value: number, literalsLength: number, recent: [number, number, number]): number {
  const which = value > 3 ? 4 : value + (literalsLength === 0 ? 1 : 0);
  if (which === 1) return recent[0];
  const offset = value > 3 ? value - 3 : which === 2 ? recent[1] : which === 3 ? recent[2] : recent[0] - 1;
  if (which > 2) recent[2] = recent[1];
  recent[1] = recent[0];
  recent[0] = offset;
  return offset;
}
