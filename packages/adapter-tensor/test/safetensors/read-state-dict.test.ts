import { describe, expect, it } from 'vitest';
import { readStateDict } from '../../src/safetensors/index.ts';
import { entry, file } from './support/files.ts';

describe('readStateDict', () => {
  const bytes = file(`{${entry('a', 'U8', '[1]', '[0,1]')},${entry('b', 'F64', '[2]', '[1,17]')}}`, 17);

  it('gives views into the file, at any alignment, and copies nothing', () => {
    const { tensors } = readStateDict(bytes);
    const dataStart = bytes.length - 17;
    for (const [name, begin, length] of [
      ['a', 0, 1],
      ['b', 1, 16],
    ] as const) {
      const data = tensors.get(name)?.data;
      expect(data?.buffer).toBe(bytes.buffer);
      expect(data).toMatchObject({ byteOffset: dataStart + begin, byteLength: length });
    }
  });

  it('R13 reads a file that begins in the middle of a buffer, at an odd address', () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readStateDict(shifted.subarray(3))).toEqual(readStateDict(bytes));
  });

  it('gives plain byte arrays for a Buffer too', () => {
    const data = readStateDict(Buffer.from(bytes)).tensors.get('b')?.data;
    expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype);
  });

  it('takes names for text: no path, no prototype', () => {
    const names = ['__proto__', 'constructor', '../../x', 'hasOwnProperty', '', '\\u0000'];
    const text = names.map((name) => entry(name, 'U8', '[0]', '[0,0]')).join(',');
    const { tensors, metadata } = readStateDict(file(`{"__metadata__":{"__proto__":"x"},${text}}`));
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor', '../../x', 'hasOwnProperty', '', '\0']);
    expect([...metadata]).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});
