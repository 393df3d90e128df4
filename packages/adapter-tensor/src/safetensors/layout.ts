import { SafetensorsError } from './errors.ts';
import type { HeaderEntry } from './header-entries.ts';
import { tensorBytes, typeText } from './shape.ts';
import type { TensorInfo } from './tensor.ts';

type NamedEntry = readonly [name: string, entry: HeaderEntry];

/**
 * The tensors in the order of their data, after checking that they fill the data section without hole or overlap and
 * that each has the bytes that its type needs (rules R07 to R11, R14).
 */
export function layOut(
  entries: ReadonlyMap<string, HeaderEntry>,
  dataStart: number,
  dataBytes: number,
): Map<string, TensorInfo> {
  const ordered = inDataOrder(entries);
  let end: number | bigint = 0;
  for (const [name, entry] of ordered) {
    checkEntry(name, entry, end);
    end = entry.end;
  }
  checkDataEnd(end, dataStart, dataBytes);
  // Nothing ends behind the data section now, so every offset is a number.
  return new Map(ordered.map(([name, entry]) => [name, tensorInfo(entry)]));
}

function tensorInfo({ dtype, shape, begin, end }: HeaderEntry): TensorInfo {
  return { dtype, shape, begin: Number(begin), end: Number(end) };
}

/** By begin, then end; what is equal in both stays in the order of the header. */
function inDataOrder(entries: ReadonlyMap<string, HeaderEntry>): NamedEntry[] {
  const ordered = [...entries];
  const sorted = ordered.every((named, index) => index === 0 || compare(ordered[index - 1] ?? named, named) <= 0);
  return sorted ? ordered : ordered.toSorted(compare);
}

function compare([, a]: NamedEntry, [, b]: NamedEntry): number {
  if (a.begin !== b.begin) return a.begin < b.begin ? -1 : 1;
  if (a.end === b.end) return 0;
  return a.end < b.end ? -1 : 1;
}

function checkEntry(name: string, entry: HeaderEntry, expectedBegin: number | bigint): void {
  const { begin, end, offset } = entry;
  const details = { tensor: name, offset };
  if (begin !== expectedBegin || end < begin) {
    const problem = `data_offsets [${begin}, ${end}], but it has to begin at ${expectedBegin}`;
    throw new SafetensorsError(
      'invalid_offsets',
      end < begin ? `data_offsets [${begin}, ${end}] run backwards` : problem,
      details,
    );
  }
  const needed = tensorBytes(entry, details);
  const claimed = BigInt(end) - BigInt(begin);
  if (claimed !== BigInt(needed)) {
    const type = typeText(entry.dtype, entry.shape);
    throw new SafetensorsError('size_mismatch', `${type} takes ${needed} bytes, data_offsets span ${claimed}`, details);
  }
}

function checkDataEnd(end: number | bigint, dataStart: number, dataBytes: number): void {
  if (end > dataBytes) {
    throw new SafetensorsError('data_missing', `the tensors take ${end} bytes, the file has ${dataBytes} for them`, {
      offset: dataStart + dataBytes,
    });
  }
  if (end < dataBytes) {
    throw new SafetensorsError('data_trailing', `${dataBytes - Number(end)} bytes behind the last tensor`, {
      offset: dataStart + Number(end),
    });
  }
}
