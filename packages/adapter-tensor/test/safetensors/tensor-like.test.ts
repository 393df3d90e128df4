import { describe, expect, it } from 'vitest';
import { dtypes, fromTensorLike, tensorFrom, toTensorLike, type Dtype } from '../../src/safetensors/index.ts';
import { expectFailure } from './support/files.ts';

const bytes = Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0);

function tensor(dtype: Dtype): ReturnType<typeof tensorFrom> {
  return tensorFrom(bytes, [(bytes.length * 8) / dtypes[dtype].bits], dtype);
}

function typesOf(name: (dtype: Dtype) => string): Record<string, string> {
  const supported = (Object.keys(dtypes) as Dtype[]).flatMap((dtype) => {
    try {
      return [[dtype, name(dtype)]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(supported) as Record<string, string>;
}

describe('for onnxruntime-web and transformers.js', () => {
  it('has a type for each dtype that one there holds exactly, and for no other', () => {
    expect(typesOf((dtype) => toTensorLike({ dtype, shape: [0], data: new Uint8Array() }).type)).toEqual({
      U64: 'uint64',
      I64: 'int64',
      F64: 'float64',
      F32: 'float32',
      U32: 'uint32',
      I32: 'int32',
      BF16: 'float32',
      F16: 'float16',
      U16: 'uint16',
      I16: 'int16',
      I8: 'int8',
      U8: 'uint8',
      BOOL: 'bool',
    });
    expectFailure(() => toTensorLike(tensor('F8_E4M3')), 'unsupported_dtype');
  });

  it('gives the tensor’s own memory and takes it back', () => {
    const like = toTensorLike(tensor('F32'));
    expect(like).toEqual({ type: 'float32', dims: [2], data: new Float32Array([1, -2]) });
    expect(like.data.buffer).toBe(bytes.buffer);
    const back = fromTensorLike(like);
    expect(back).toEqual(tensor('F32'));
    expect(back.data.buffer).toBe(bytes.buffer);
  });

  it('widens bfloat16', () => {
    expect(toTensorLike(tensorFrom(Uint16Array.of(0x3f80), [1], 'BF16'))).toEqual({
      type: 'float32',
      dims: [1],
      data: new Float32Array([1]),
    });
  });

  it('takes their tensors, also of half floats and booleans', () => {
    expect(fromTensorLike({ type: 'float16', dims: [4], data: new Uint16Array(4) })).toMatchObject({
      dtype: 'F16',
      shape: [4],
    });
    expect(fromTensorLike({ type: 'bool', dims: [1, 2], data: Uint8Array.of(1, 0) })).toMatchObject({
      dtype: 'BOOL',
      shape: [1, 2],
    });
    expect(fromTensorLike({ type: 'int64', dims: [], data: BigInt64Array.of(5n) })).toMatchObject({
      dtype: 'I64',
      shape: [],
    });
  });

  it('refuses what has no dtype, no array or not that shape', () => {
    expectFailure(() => fromTensorLike({ type: 'string', dims: [1], data: ['a'] }), 'unsupported_dtype');
    expectFailure(() => fromTensorLike({ type: 'float32', dims: [1], data: [1] }), 'invalid_argument');
    expectFailure(() => fromTensorLike({ type: 'float32', dims: [1], data: new Int32Array(1) }), 'invalid_argument');
    expectFailure(() => fromTensorLike({ type: 'float32', dims: [2], data: new Float32Array(1) }), 'size_mismatch');
    expectFailure(() => toTensorLike({ dtype: 'F32', shape: [0, 2n ** 60n], data: new Uint8Array() }), 'invalid_shape');
  });
});

describe('for TensorFlow.js', () => {
  it('has a type for each dtype that one there holds exactly, and for no other', () => {
    expect(typesOf((dtype) => toTensorLike({ dtype, shape: [0], data: new Uint8Array() }, 'tfjs').dtype)).toEqual({
      C64: 'complex64',
      F32: 'float32',
      I32: 'int32',
      BF16: 'float32',
      F16: 'float32',
      U16: 'int32',
      I16: 'int32',
      I8: 'int32',
      U8: 'int32',
      BOOL: 'bool',
    });
    expectFailure(() => toTensorLike(tensor('F64'), 'tfjs'), 'unsupported_dtype');
    expectFailure(() => toTensorLike(tensor('U32'), 'tfjs'), 'unsupported_dtype');
  });

  it('widens small integers and shows the rest as it is', () => {
    expect(toTensorLike(tensorFrom(Int8Array.of(-1, 2), [2]), 'tfjs').values).toEqual(Int32Array.of(-1, 2));
    expect(toTensorLike(tensorFrom(Uint16Array.of(65535), [1]), 'tfjs').values).toEqual(Int32Array.of(65535));
    expect(toTensorLike(tensor('F32'), 'tfjs').values.buffer).toBe(bytes.buffer);
  });

  it('takes its tensors', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    expect(fromTensorLike({ dtype: 'complex64', shape: [2], values })).toMatchObject({ dtype: 'C64', shape: [2] });
    expect(fromTensorLike({ dtype: 'int32', shape: [1], values: Int32Array.of(7) })).toMatchObject({ dtype: 'I32' });
    expectFailure(() => fromTensorLike({ dtype: 'string', shape: [1], values: ['a'] }), 'unsupported_dtype');
  });

  it('knows no third library', () => {
    expectFailure(() => toTensorLike(tensor('F32'), 'torch' as 'tfjs'), 'invalid_argument');
  });
});
