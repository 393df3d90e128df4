import { ArrowFormatError } from '../errors.ts';
import { readSafeInt64 } from '../int64.ts';
import { int16s, int32s } from './words.ts';

/**
 * Checks that run ends increase from at least 1 and that the last covers all `slots` of the parent.
 * Throws `bad_run_end` with the path of the parent.
 */
export function checkRunEnds(
  bytes: Uint8Array,
  bitWidth: 8 | 16 | 32 | 64,
  runs: number,
  slots: number,
  path: string,
): void {
  const last = lastIncreasing(bytes, bitWidth, runs, path);
  if (last >= slots) return;
  throw new ArrowFormatError('bad_run_end', `The runs end at ${last}, the array at ${slots}`, { path });
}

function lastIncreasing(bytes: Uint8Array, bitWidth: 8 | 16 | 32 | 64, runs: number, path: string): number {
  const endOf = runEnds(bytes, bitWidth, runs);
  let previous = 0;
  for (let run = 0; run < runs; run++) {
    const end = endOf(run) ?? 0;
    if (end <= previous)
      throw new ArrowFormatError('bad_run_end', `Run ${run} ends where the one before does, or earlier`, { path });
    previous = end;
  }
  return previous;
}

function runEnds(bytes: Uint8Array, bitWidth: 8 | 16 | 32 | 64, runs: number): (run: number) => number | undefined {
  if (bitWidth === 64) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return (run) => readSafeInt64(view, 8 * run);
  }
  const ends = bitWidth === 32 ? int32s(bytes, runs) : int16s(bytes, runs);
  return (run) => ends[run];
}
