import { describe, expect, it } from 'vitest';
import { dtypes, tensorFrom, toTypedArray, type Dtype, type Tensor } from '../../src/safetensors/index.ts';
import { expectFailure } from './support/files.ts';

describe('tensorFrom', () => {
  it.each([
    [new Float32Array([1, 2]), 'F32'],
    [new Float64Array([1, 2]), 'F64'],
    [new Int8Array([1, 2]), 'I8'],
    [new Uint8Array([1, 2]), 'U8'],
    [new Uint8ClampedArray([1, 2]), 'U8'],
    [Buffer.from([1, 2]), 'U8'],
    [new Int16Array([1, 2]), 'I16'],
    [new Uint16Array([1, 2]), 'U16'],
    [new Int32Array([1, 2]), 'I32'],
    [new Uint32Array([1, 2]), 'U32'],
    [new BigInt64Array([1n, 2n]), 'I64'],
    [new BigUint64Array([1n, 2n]), 'U64'],
  ])('shows %o as its own dtype, without a copy', (array, dtype) => {
    const tensor = tensorFrom(array, [2, 1]);
    expect(tensor).toMatchObject({ dtype, shape: [2, 1] });
    expect(tensor.data.buffer).toBe(array.buffer);
    expect(tensor.data).toMatchObject({ byteOffset: array.byteOffset, byteLength: array.byteLength });
  });

  it('shows part of a buffer only', () => {
    const array = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    expect(tensorFrom(array, [2]).data).toMatchObject({ byteOffset: 4, byteLength: 8 });
  });

  it('shows later writes to the array', () => {
    const array = new Int32Array([1]);
    const tensor = tensorFrom(array, []);
    array[0] = 258;
    expect([...tensor.data]).toEqual([2, 1, 0, 0]);
  });

  it('takes raw elements for dtypes that have no array of their own', () => {
    expect(tensorFrom(new Uint16Array(2), [2], 'BF16').dtype).toBe('BF16');
    expect(tensorFrom(new Uint16Array(2), [2], 'F16').dtype).toBe('F16');
    expect(tensorFrom(new Float32Array(4), [2], 'C64').dtype).toBe('C64');
    expect(tensorFrom(new Uint8Array(3), [4], 'F6_E2M3').dtype).toBe('F6_E2M3');
    expect(tensorFrom(new Uint8Array(8), [1], 'F64').dtype).toBe('F64');
  });

  it('refuses an array whose elements are something else than the dtype', () => {
    expectFailure(() => tensorFrom(new Float32Array(1), [1], 'I32'), 'invalid_argument');
    expectFailure(() => tensorFrom(new Int16Array(1), [1], 'F16'), 'invalid_argument');
    expectFailure(() => tensorFrom(new DataView(new ArrayBuffer(4)), [1], 'F32'), 'invalid_argument');
    expectFailure(() => tensorFrom([1] as unknown as Uint8Array, [1]), 'invalid_argument');
    expectFailure(() => tensorFrom(new Uint8Array(1), [1], 'U9' as Dtype), 'unknown_dtype');
  });

  it('W5 refuses an array of another size than the shape', () => {
    expectFailure(() => tensorFrom(new Float32Array(3), [2]), 'size_mismatch');
    expectFailure(() => tensorFrom(new Uint8Array(1), [3], 'F4'), 'partial_byte');
    expectFailure(() => tensorFrom(new Float32Array(3), [-3]), 'invalid_shape');
    expectFailure(() => tensorFrom(new Float32Array(3), 3 as unknown as number[]), 'invalid_shape');
  });
});

describe('toTypedArray', () => {
  const bytes = Uint8Array.from({ length: 25 }, (_, index) => index * 37);

  function tensorAt(dtype: Dtype, byteOffset: number): Tensor {
    const data = bytes.subarray(byteOffset, byteOffset + 24);
    return { dtype, shape: [(24 * 8) / dtypes[dtype].bits], data };
  }

  it.each(Object.entries(dtypes))('shows %s in the array of the table', (dtype, { array: name }) => {
    const { array, copied } = toTypedArray(tensorAt(dtype as Dtype, 0));
    expect(array[Symbol.toStringTag]).toBe(name);
    expect(copied).toBe(false);
    expect(array.buffer).toBe(bytes.buffer);
    expect(array.byteLength).toBe(24);
  });

  it.each(Object.keys(dtypes))(
    'gives the same elements of %s from an odd address, and says whether it copied',
    (dtype) => {
      const odd = toTypedArray(tensorAt(dtype as Dtype, 1));
      expect(odd.copied).toBe(odd.array.BYTES_PER_ELEMENT > 1);
      expect(odd.array.buffer === bytes.buffer).toBe(!odd.copied);
      expect(new Uint8Array(odd.array.buffer, odd.array.byteOffset, 24)).toEqual(bytes.subarray(1));
    },
  );

  it('is the way back of tensorFrom', () => {
    const array = new Float64Array([1.5, -0, Number.NaN]);
    expect(toTypedArray(tensorFrom(array, [3])).array).toEqual(array);
  });

  it('shows shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    expect(toTypedArray({ dtype: 'F32', shape: [2], data: shared }).array.buffer).toBe(shared.buffer);
  });
});
