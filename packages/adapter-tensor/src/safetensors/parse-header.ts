import { checkedBytes, checkedCount } from './arguments.ts';
import { SafetensorsError } from './errors.ts';
import { readHeaderEntries } from './header-entries.ts';
import { LENGTH_BYTES, readHeaderLength } from './header-length.ts';
import { JsonReader } from './json/json-reader.ts';
import { layOut } from './layout.ts';
import type { Header } from './tensor.ts';

/** Options of {@link parseHeader}. */
export interface ParseHeaderOptions {
  /** Bytes of the whole file, where `file` is only its beginning. Default: the length of `file`. */
  readonly fileBytes?: number | undefined;
}

/**
 * Reads and checks the header of a safetensors file: everything that can be checked without the data. As strict as the
 * reference implementation, and stricter on names that come twice: they are refused. Nothing is allocated by the sizes
 * that the file claims; time and memory grow with the header's own length.
 *
 * @param file the file from its first byte, at least as far as its header reaches; not kept
 * @throws SafetensorsError with the code of what is wrong and, as `offset`, the byte of the file where it stands
 */
export function parseHeader(file: Uint8Array, options: ParseHeaderOptions = {}): Header {
  const given = checkedBytes('file', file).byteLength;
  const fileBytes = checkedCount('fileBytes', options.fileBytes ?? given);
  const dataStart = LENGTH_BYTES + readHeaderLength(file, fileBytes);
  if (given < dataStart) {
    throw new SafetensorsError('header_truncated', `${given} bytes of a header that reaches to ${dataStart}`, {
      offset: given,
    });
  }
  const entries = readHeaderEntries(new JsonReader(file.subarray(0, dataStart), LENGTH_BYTES));
  const dataBytes = fileBytes - dataStart;
  const tensors = layOut(entries.tensors, dataStart, dataBytes);
  return { dataStart, dataBytes, tensors, metadata: entries.metadata };
}
