import { parseHeader } from './parse-header.ts';
import type { StateDict, Tensor } from './tensor.ts';

/**
 * Reads a whole safetensors file from memory. Copies no data: each tensor's `data` is a view into `file`, so it lives as
 * long as any tensor does and must not be written while they are in use. Values are not looked at.
 *
 * @throws SafetensorsError as {@link parseHeader} does
 */
export function readStateDict(file: Uint8Array): StateDict {
  const { dataStart, tensors: infos, metadata } = parseHeader(file);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, begin, end }] of infos) {
    const data = new Uint8Array(file.buffer, file.byteOffset + dataStart + begin, end - begin);
    tensors.set(name, { dtype, shape, data });
  }
  return { tensors, metadata };
}
