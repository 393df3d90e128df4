import { type Dtype, tensorBytes, type Tensor } from '../../src/safetensors/index.ts';

/** A tensor of bytes that depend on `seed`. */
export function patternTensor(dtype: Dtype, shape: readonly number[], seed = 1): Tensor {
  const data = new Uint8Array(Number(tensorBytes({ dtype, shape })));
  let word = seed;
  for (let at = 0; at < data.byteLength; at += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    data[at] = word >>> 24;
  }
  return { dtype, shape, data };
}
