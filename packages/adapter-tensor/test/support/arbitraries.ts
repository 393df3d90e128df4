import fc from 'fast-check';
import {
  dtypes,
  tensorBytes,
  type Dtype,
  type StateDict,
  type Tensor,
  type TensorType,
} from '../../src/safetensors/index.ts';

const oddNames = fc.constantFrom(
  '',
  '\0',
  '__proto__',
  'constructor',
  '../x',
  '/',
  '"',
  '\\',
  '\uFEFF',
  'é',
  'e\u0301',
  '\u{1F600}',
  '\uFFFD',
);
const text = fc.oneof(oddNames, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 40 }));
const name = text.filter((value) => value !== '__metadata__');

const dimension = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const type: fc.Arbitrary<TensorType> = fc
  .record({ dtype: fc.constantFrom(...(Object.keys(dtypes) as Dtype[])), shape: fc.array(dimension, { maxLength: 4 }) })
  // Elements of 4 and 6 bits fill whole bytes in fours.
  .map(({ dtype, shape }) => ({ dtype, shape: dtypes[dtype].bits < 8 ? [...shape, 4] : shape }));

/** A tensor whose data lies at an odd or even place of a larger buffer. */
const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(type, fc.integer({ min: 0, max: 9 }), fc.infiniteStream(fc.integer({ min: 0, max: 255 })))
  .map(([{ dtype, shape }, shift, values]) => {
    const bytes = Number(tensorBytes({ dtype, shape }));
    const buffer = Uint8Array.from(values.take(shift + bytes));
    return { dtype, shape, data: buffer.subarray(shift) };
  });

/** Any state dict: all dtypes, dimensions of 0, odd alignments, odd names. */
export const stateDicts: fc.Arbitrary<StateDict> = fc
  .record({
    tensors: fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 8 }),
    metadata: fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 3 }),
  })
  .map(({ tensors, metadata }) => ({ tensors: new Map(tensors), metadata: new Map(metadata) }));
