import { type FseLimits, type FseTable, buildFseTable } from './fse.ts';

/** How codes of one kind become lengths, and which tables they are read with. */
export interface CodeKind {
  readonly limits: FseLimits;
  readonly predefined: FseTable;
  /** By code; empty for offsets, whose code is the number of bits itself. */
  readonly baselines: Uint32Array;
  readonly extraBits: Uint8Array;
}

// The numbers below: “Literals length codes”, “Match length codes” and “Default Distributions”, Zstandard compression
// format. -1 stands for a share of less than one.
const literalsExtraBits = [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const matchExtraBits = [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

export const literalsLengths: CodeKind = {
  limits: { maxAccuracyLog: 9, maxSymbol: 35 },
  predefined: buildFseTable(
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
    6,
  ),
  baselines: baselinesFrom(0, literalsExtraBits),
  extraBits: Uint8Array.from(literalsExtraBits),
};

export const matchLengths: CodeKind = {
  limits: { maxAccuracyLog: 9, maxSymbol: 52 },
  predefined: buildFseTable(
    [1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array.from({ length: 37 }, () => 1), -1, -1, -1, -1, -1, -1, -1],
    6,
  ),
  baselines: baselinesFrom(3, matchExtraBits),
  extraBits: Uint8Array.from(matchExtraBits),
};

export const offsets: CodeKind = {
  limits: { maxAccuracyLog: 8, maxSymbol: 31 },
  predefined: buildFseTable(
    [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
    5,
  ),
  baselines: new Uint32Array(0),
  extraBits: new Uint8Array(0),
};

/** Each code begins where the one before ends: after as many values as its extra bits can tell apart. */
function baselinesFrom(first: number, extraBits: readonly number[]): Uint32Array {
  let next = first;
  return Uint32Array.from(extraBits, (bits) => {
    const baseline = next;
    next += 2 ** bits;
    return baseline;
  });
}

function zeros(count: number): readonly number[] {
  return Array.from({ length: count }, () => 0);
}
