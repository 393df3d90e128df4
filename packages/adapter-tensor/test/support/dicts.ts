import { type Dtype, type ReadonlyStateDict, type Tensor, tensorBytes } from '../../src/safetensors/index.ts';

/** A tensor whose bytes differ everywhere: a piece in the wrong place is noticed. */
export function patternTensor(dtype: Dtype, shape: readonly number[], seed = 1): Tensor {
  const data = new Uint8Array(Number(tensorBytes({ dtype, shape })));
  let value = seed;
  for (let at = 0; at < data.byteLength; at += 1) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    data[at] = value >>> 16;
  }
  return { dtype, shape, data };
}

/** A dict of these tensors. */
export function dictOf(tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>> = {}) {
  return { tensors: new Map(Object.entries(tensors)), metadata: new Map(Object.entries(metadata)) };
}

/** Dicts for the conformance suite: empty, smaller than a chunk, of many chunks. */
export const samples: readonly { readonly name: string; readonly value: ReadonlyStateDict }[] = [
  { name: 'an empty dict', value: dictOf({}) },
  { name: 'a small dict', value: dictOf({ a: patternTensor('F32', [3, 2]), b: patternTensor('BOOL', [5], 2) }) },
  {
    name: 'a large dict',
    value: dictOf({
      large: patternTensor('F32', [40, 30]),
      empty: patternTensor('F32', [0, 7]),
      odd: patternTensor('U8', [333], 3),
      scalar: patternTensor('F64', [], 4),
      bf16: patternTensor('BF16', [257], 5),
    }),
  },
];
