import { describe, expect, it } from 'vitest';
import { tensorFrom, toFloat32Array } from '../../src/safetensors/index.ts';
import { expectFailure } from './support/files.ts';

const everyHalf = Uint16Array.from({ length: 0x10000 }, (_, index) => index);

function bitsOf(array: Float32Array): Uint32Array {
  return new Uint32Array(array.buffer, array.byteOffset, array.length);
}

/** The value of a half-precision float by its definition: sign, 2^exponent, fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 25) * (1024 + fraction);
}

describe('toFloat32Array', () => {
  it('widens each of the 65,536 half-precision floats exactly', () => {
    const floats = toFloat32Array(tensorFrom(everyHalf, [0x10000], 'F16'));
    expect(floats).toHaveLength(0x10000);
    const wrong = [...everyHalf].filter((bits) => !Object.is(floats[bits], half(bits)));
    expect(wrong).toEqual([]);
  });

  it('keeps the payloads of half-precision NaNs', () => {
    const floats = toFloat32Array(tensorFrom(Uint16Array.of(0x7c01, 0xfe55), [2], 'F16'));
    expect([...bitsOf(floats)]).toEqual([0x7f802000, 0xffcaa000]);
  });

  it('widens each bfloat16 to the float that it is the upper half of', () => {
    const bits = bitsOf(toFloat32Array(tensorFrom(everyHalf, [0x10000], 'BF16')));
    expect(bits.every((value, index) => value === index * 0x10000)).toBe(true);
  });

  it('reads from odd addresses', () => {
    const data = Uint8Array.of(0, 0x80, 0x3f, 0, 0xc0).subarray(1);
    expect([...toFloat32Array({ dtype: 'BF16', shape: [2], data })]).toEqual([1, -2]);
  });

  it('shows an F32 tensor as it is', () => {
    const array = new Float32Array([1, 2]);
    expect(toFloat32Array(tensorFrom(array, [2])).buffer).toBe(array.buffer);
  });

  it('refuses other dtypes', () => {
    expectFailure(() => toFloat32Array(tensorFrom(everyHalf, [0x10000])), 'unsupported_dtype');
    expectFailure(() => toFloat32Array(tensorFrom(new Float32Array(2), [1], 'C64')), 'unsupported_dtype');
    expectFailure(() => toFloat32Array(tensorFrom(new Float64Array(2), [2])), 'unsupported_dtype');
  });
});
