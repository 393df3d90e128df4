import { describe, expect, it } from 'vitest';
import { locateRows, sliceRows, type TensorType } from '../../src/safetensors/index.ts';
import { expectFailure } from './support/files.ts';

describe('rows of a tensor', () => {
  const type: TensorType = { dtype: 'F32', shape: [5, 3, 2] };

  it('lie one after the other', () => {
    expect(locateRows(type, [1, 4])).toEqual({ begin: 24, end: 96, shape: [3, 3, 2] });
    expect(locateRows(type, [0, 5])).toEqual({ begin: 0, end: 120, shape: [5, 3, 2] });
    expect(locateRows(type, [5, 5])).toEqual({ begin: 120, end: 120, shape: [0, 3, 2] });
  });

  it.each([
    [-1, 2],
    [3, 2],
    [0, 6],
    [0.5, 1],
    [0, Number.NaN],
    [0, 2 ** 60],
  ] as const)('do not include [%d, %d]', (from, to) => {
    expectFailure(() => locateRows(type, [from, to]), 'invalid_rows');
  });

  it('do not exist in a single element', () => {
    expectFailure(() => locateRows({ dtype: 'F32', shape: [] }, [0, 0]), 'invalid_rows');
  });

  it('begin and end on whole bytes', () => {
    const packed: TensorType = { dtype: 'F4', shape: [4, 3] };
    expect(locateRows(packed, [2, 4])).toEqual({ begin: 3, end: 6, shape: [2, 3] });
    expectFailure(() => locateRows(packed, [1, 4]), 'invalid_rows');
    expectFailure(() => locateRows(packed, [0, 3]), 'invalid_rows');
  });

  it('may be empty, or none', () => {
    expect(locateRows({ dtype: 'F32', shape: [0, 7] }, [0, 0])).toEqual({ begin: 0, end: 0, shape: [0, 7] });
    expect(locateRows({ dtype: 'F32', shape: [9, 0] }, [3, 8])).toEqual({ begin: 0, end: 0, shape: [5, 0] });
    expect(locateRows({ dtype: 'F32', shape: [2n ** 60n, 0] }, [0, 8]).shape).toEqual([8, 0]);
  });

  it('are a view of a tensor in memory', () => {
    const data = Uint8Array.from({ length: 12 }, (_, index) => index);
    const rows = sliceRows({ dtype: 'U16', shape: [3, 2], data }, [1, 2]);
    expect(rows).toEqual({ dtype: 'U16', shape: [1, 2], data: Uint8Array.of(4, 5, 6, 7) });
    expect(rows.data.buffer).toBe(data.buffer);
  });
});
