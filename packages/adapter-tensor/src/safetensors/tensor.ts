import type { Shape, TensorType } from './shape.ts';
import type { Dtype } from './dtypes.ts';

/** A tensor with its elements, row-major and little-endian. */
export interface Tensor {
  /** The type of each element. */
  readonly dtype: Dtype;
  /** How many elements, in which dimensions. */
  readonly shape: Shape;
  /** Exactly the bytes that dtype and shape need. May be a view into a larger buffer, at any alignment. */
  readonly data: Uint8Array;
}

/** Tensors by name and the strings that go with them: the content of one safetensors file. */
export interface StateDict {
  /** In the order of the data. Names are any text; `__proto__` or `../x` have no meaning beyond it. */
  readonly tensors: Map<string, Tensor>;
  /** The strings under `__metadata__`; empty without it. */
  readonly metadata: Map<string, string>;
}

/** What a writer takes: a {@link StateDict} or anything that reads like one. */
export interface ReadonlyStateDict {
  /** Written in the format's order, whatever theirs is: see {@link encodeHeader}. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Strings for `__metadata__`. Absent or empty: the file has none. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A tensor's type and its place in a file. */
export interface TensorInfo extends TensorType {
  /** First byte, counted from the start of the data section. */
  readonly begin: number;
  /** The byte behind its last one, counted likewise; `begin` where the tensor is empty. */
  readonly end: number;
}

/** What stands before the data of a file. */
export interface Header {
  /** The byte of the file at which the data section begins: 8 more than the length of the header's text. */
  readonly dataStart: number;
  /** Bytes of the data section. */
  readonly dataBytes: number;
  /** In the order of the data; tensors without bytes that share an offset, in the order of the header. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The strings under `__metadata__`, in the order of the file; empty without it. */
  readonly metadata: Map<string, string>;
}
