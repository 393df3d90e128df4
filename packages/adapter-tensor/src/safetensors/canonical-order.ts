import { dtypeRank } from './dtypes.ts';
import type { TensorType } from './shape.ts';

const SURROGATE = /[\ud800-\udfff]/;

/**
 * A comparison of strings by their UTF-8 bytes, which is the order of their code points. UTF-16 units, by which `<`
 * compares, differ from it only where a surrogate meets a unit from U+E000 on; so `<` is taken when none of the strings
 * has a surrogate.
 */
export function utf8Order(texts: Iterable<string>): (a: string, b: string) => number {
  for (const text of texts) if (SURROGATE.test(text)) return compareCodePoints;
  return compareUnits;
}

function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Ranks a UTF-16 unit so that surrogates, which stand for U+10000 and above, come last. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Tensors in the order in which the reference writes them: widest alignment first, then by name in UTF-8 bytes. They need
 * not be valid yet: what has no such dtype or name comes somewhere.
 */
export function canonicalOrder<T extends TensorType>(tensors: ReadonlyMap<string, T>): [name: string, tensor: T][] {
  const compareNames = utf8Order(tensors.keys());
  return [...tensors].toSorted(([aName, a], [bName, b]) => {
    return dtypeRank(a.dtype) - dtypeRank(b.dtype) || compareNames(aName, bName);
  });
}
