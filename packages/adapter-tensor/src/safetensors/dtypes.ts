/** The 22 element types of the format. */
export type Dtype =
  | 'U64'
  | 'I64'
  | 'F64'
  | 'C64'
  | 'F32'
  | 'U32'
  | 'I32'
  | 'BF16'
  | 'F16'
  | 'U16'
  | 'I16'
  | 'F8_E5M2FNUZ'
  | 'F8_E4M3FNUZ'
  | 'F8_E8M0'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'I8'
  | 'U8'
  | 'F6_E3M2'
  | 'F6_E2M3'
  | 'F4'
  | 'BOOL';

/** How a dtype lies in memory and which JavaScript array shows it. */
export interface DtypeInfo {
  /** Bits of one element. */
  readonly bits: 4 | 6 | 8 | 16 | 32 | 64;
  /** The array that {@link toTypedArray} gives. Elements without an array of their own appear as their raw bits. */
  readonly array: TypedArrayName;
}

/** The constructors of JavaScript's arrays that elements can appear in. */
export type TypedArrayName =
  | 'Int8Array'
  | 'Uint8Array'
  | 'Int16Array'
  | 'Uint16Array'
  | 'Int32Array'
  | 'Uint32Array'
  | 'BigInt64Array'
  | 'BigUint64Array'
  | 'Float32Array'
  | 'Float64Array';

/**
 * The dtypes of the format, in the order in which the canonical writer lays out their tensors (widest alignment first).
 * Source: the `Dtype` enumeration of the safetensors reference implementation, reversed.
 */
export const dtypes: Readonly<Record<Dtype, DtypeInfo>> = {
  U64: { bits: 64, array: 'BigUint64Array' },
  I64: { bits: 64, array: 'BigInt64Array' },
  F64: { bits: 64, array: 'Float64Array' },
  // Real and imaginary part, 32 bits each, one after the other.
  C64: { bits: 64, array: 'Float32Array' },
  F32: { bits: 32, array: 'Float32Array' },
  U32: { bits: 32, array: 'Uint32Array' },
  I32: { bits: 32, array: 'Int32Array' },
  BF16: { bits: 16, array: 'Uint16Array' },
  F16: { bits: 16, array: 'Uint16Array' },
  U16: { bits: 16, array: 'Uint16Array' },
  I16: { bits: 16, array: 'Int16Array' },
  F8_E5M2FNUZ: { bits: 8, array: 'Uint8Array' },
  F8_E4M3FNUZ: { bits: 8, array: 'Uint8Array' },
  F8_E8M0: { bits: 8, array: 'Uint8Array' },
  F8_E4M3: { bits: 8, array: 'Uint8Array' },
  F8_E5M2: { bits: 8, array: 'Uint8Array' },
  I8: { bits: 8, array: 'Int8Array' },
  U8: { bits: 8, array: 'Uint8Array' },
  F6_E3M2: { bits: 6, array: 'Uint8Array' },
  F6_E2M3: { bits: 6, array: 'Uint8Array' },
  F4: { bits: 4, array: 'Uint8Array' },
  BOOL: { bits: 8, array: 'Uint8Array' },
};

const dtypeRanks: ReadonlyMap<string, number> = new Map(Object.keys(dtypes).map((name, rank) => [name, rank]));

/** Whether a string is one of the 22 names; upper and lower case differ. */
export function isDtype(name: string): name is Dtype {
  return dtypeRanks.has(name);
}

/** The place of a dtype in the canonical order, from 0. */
export function dtypeRank(dtype: Dtype): number {
  return dtypeRanks.get(dtype) ?? dtypeRanks.size;
}
