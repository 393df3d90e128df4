import { allocate } from './allocate.ts';
import { checkedBytes } from './arguments.ts';
import { encodeHeader, type EncodedHeader } from './encode-header.ts';
import { SafetensorsError } from './errors.ts';
import { typeText } from './shape.ts';
import type { ReadonlyStateDict, Tensor, TensorInfo } from './tensor.ts';

/** A state dict as the parts of a file. */
export interface EncodedStateDict extends EncodedHeader {
  /** Bytes of the file: of all parts together. */
  readonly fileBytes: number;
  /**
   * One after the other they are the file: the header's bytes, then the data of each tensor that has any. The data is
   * not copied: do not write to the tensors while the parts are in use.
   */
  readonly parts: readonly Uint8Array[];
}

/**
 * A state dict as the parts of a canonical file, without copying data.
 * @throws SafetensorsError `size_mismatch` when `data` has not the length that dtype and shape need; else as
 * {@link encodeHeader}
 */
export function encodeStateDict(dict: ReadonlyStateDict): EncodedStateDict {
  const { tensors, metadata } = dict;
  const { bytes, header } = encodeHeader(tensors, metadata);
  const parts = [bytes];
  for (const [name, info] of header.tensors) {
    const data = checkedData(name, info, tensors.get(name));
    if (data.byteLength > 0) parts.push(data);
  }
  return { bytes, header, fileBytes: header.dataStart + header.dataBytes, parts };
}

function checkedData(name: string, info: TensorInfo, tensor: Tensor | undefined): Uint8Array {
  const data = checkedBytes('the data of a tensor', tensor?.data);
  const needed = info.end - info.begin;
  if (data.byteLength === needed) return data;
  const type = typeText(info.dtype, info.shape);
  throw new SafetensorsError('size_mismatch', `${type} takes ${needed} bytes, data has ${data.byteLength}`, {
    tensor: name,
  });
}

/**
 * A state dict as one canonical safetensors file: the same bytes as the reference implementation writes, whatever the
 * order of insertion. Allocates and copies once; {@link encodeStateDict} does without.
 * @throws SafetensorsError `dict_too_large` when the engine has no array of that size; else as {@link encodeStateDict}
 */
export function writeStateDict(dict: ReadonlyStateDict): Uint8Array {
  const { parts, fileBytes } = encodeStateDict(dict);
  const file = allocate(fileBytes, 'dict_too_large');
  let position = 0;
  for (const part of parts) {
    file.set(part, position);
    position += part.byteLength;
  }
  return file;
}
