/**
 * The safetensors format: reading and writing state dicts in memory. Runs anywhere JavaScript runs and depends on
 * nothing. Specification: the section "Format" of the safetensors README (Hugging Face) and its reference
 * implementation.
 *
 * @module @towline/adapter-tensor/safetensors
 */
export { encodeHeader, type EncodedHeader } from './encode-header.ts';
export { dtypes, isDtype, type Dtype, type DtypeInfo, type TypedArrayName } from './dtypes.ts';
export { safetensorsErrorCodes, type SafetensorsErrorCode, type SafetensorsErrorEntry } from './error-codes.ts';
export { isSafetensorsError, SafetensorsError, type SafetensorsErrorDetails } from './errors.ts';
export { toFloat32Array } from './half-float.ts';
export { LENGTH_BYTES, MAX_HEADER_BYTES, readHeaderLength } from './header-length.ts';
export { parseHeader, type ParseHeaderOptions } from './parse-header.ts';
export { readStateDict } from './read-state-dict.ts';
export { locateRows, sliceRows, type RowRange, type RowSlice } from './rows.ts';
export { tensorBytes, type Shape, type TensorType } from './shape.ts';
export type { Header, ReadonlyStateDict, StateDict, Tensor, TensorInfo } from './tensor.ts';
export {
  fromTensorLike,
  toTensorLike,
  type OnnxTensorLike,
  type TensorLike,
  type TfjsTensorLike,
} from './tensor-like.ts';
export { tensorFrom, toTypedArray, type TypedArray, type TypedArrayView } from './typed-array.ts';
export { encodeStateDict, writeStateDict, type EncodedStateDict } from './write-state-dict.ts';
