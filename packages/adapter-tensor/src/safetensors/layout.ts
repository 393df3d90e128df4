import { SafetensorsError } from './errors.ts';
import type { HeaderEntry } from './header-entries.ts';
import { exactInteger, tensorBytes, typeText } from './shape.ts';
import type { TensorInfo } from './tensor.ts';

/**
 * The tensors in the order of their data, after checking that they fill the data section without hole or overlap and
 * that each has the bytes that its type needs (rules R07 to R11, R14).
 */
export function layOut(
  entries: ReadonlyMap<string, HeaderEntry>,
  dataStart: number,
  dataBytes: number,
): Map<string, TensorInfo> {
  const infos = new Map<string, TensorInfo>();
  let dataEnd: number | bigint = 0;
  for (const [name, entry] of inDataOrder(entries)) {
    checkEntry(name, entry, dataEnd);
    const { dtype, shape, begin, end } = entry;
    // An offset too large for a number does not pass the check of the end.
    infos.set(name, { dtype, shape, begin: Number(begin), end: Number(end) });
    dataEnd = end;
  }
  checkDataEnd(dataEnd, dataStart, dataBytes);
  return infos;
}

/** By begin, then end; what is equal in both stays in the order of the header. */
function inDataOrder(entries: ReadonlyMap<string, HeaderEntry>): Iterable<readonly [string, HeaderEntry]> {
  let previous: HeaderEntry | undefined;
  for (const entry of entries.values()) {
    if (previous !== undefined && compare(previous, entry) > 0) {
      return [...entries].toSorted(([, a], [, b]) => compare(a, b));
    }
    previous = entry;
  }
  return entries;
}

function compare(a: HeaderEntry, b: HeaderEntry): number {
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
  const claimed = exactDifference(end, begin);
  if (claimed !== needed) {
    const type = typeText(entry.dtype, entry.shape);
    throw new SafetensorsError('size_mismatch', `${type} takes ${needed} bytes, data_offsets span ${claimed}`, details);
  }
}

function exactDifference(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'number' && typeof b === 'number' ? a - b : exactInteger(BigInt(a) - BigInt(b));
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
