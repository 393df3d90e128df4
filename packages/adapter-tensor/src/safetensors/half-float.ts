import { allocate } from './allocate.ts';
import { SafetensorsError } from './errors.ts';
import type { Tensor } from './tensor.ts';
import { toTypedArray } from './typed-array.ts';

/**
 * The elements of an F16 or BF16 tensor as single-precision floats, exactly; infinities, signed zeros and the payloads of
 * NaNs are kept. The result is new memory, twice the size of the tensor. An F32 tensor comes as {@link toTypedArray} gives
 * it: a view where its bytes lie aligned.
 * @throws SafetensorsError `unsupported_dtype` for other dtypes, `tensor_too_large`, `unsupported_host`
 */
export function toFloat32Array(tensor: Tensor): Float32Array {
  const { array } = toTypedArray(tensor);
  if (tensor.dtype === 'F32' && array instanceof Float32Array) return array;
  if (array instanceof Uint16Array) {
    if (tensor.dtype === 'BF16') return widenedBfloat16(array);
    if (tensor.dtype === 'F16') return widenedFloat16(array);
  }
  throw new SafetensorsError('unsupported_dtype', `${tensor.dtype} does not convert to single-precision floats`);
}

/** bfloat16 is the upper half of a single-precision float. */
function widenedBfloat16(halves: Uint16Array): Float32Array {
  const { buffer } = allocate(halves.length * 4, 'tensor_too_large');
  const bits = new Uint32Array(buffer);
  for (let index = 0; index < halves.length; index += 1) bits[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(buffer);
}

function widenedFloat16(halves: Uint16Array): Float32Array {
  const { buffer } = allocate(halves.length * 4, 'tensor_too_large');
  const bits = new Uint32Array(buffer);
  const table = float16Table();
  for (let index = 0; index < halves.length; index += 1) bits[index] = table[halves[index] ?? 0] ?? 0;
  return new Float32Array(buffer);
}

let tableOnceMade: Uint32Array | undefined;

/** For each of the 65,536 half-precision floats the bits of the equal single-precision one (256 KiB, made on first use). */
function float16Table(): Uint32Array {
  tableOnceMade ??= Uint32Array.from({ length: 0x10000 }, (_, half) => float32Bits(half));
  return tableOnceMade;
}

/** IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) to binary32 (1, 8, 23). */
function float32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // A subnormal half is a normal single: shift its highest bit to the hidden place.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | ((fraction << (shift + 13)) & 0x7fffff)) >>> 0;
}
