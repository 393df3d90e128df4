import { SafetensorsError } from './errors.ts';

/** Throws `invalid_argument` with the name of the argument and what is wrong with it. */
export function invalidArgument(name: string, problem: string): never {
  throw new SafetensorsError('invalid_argument', `${name} ${problem}`);
}

/** The bytes given from outside, or `invalid_argument`. */
export function checkedBytes(name: string, bytes: unknown): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : invalidArgument(name, 'must be a Uint8Array');
}

/** The count given from outside, or `invalid_argument`. */
export function checkedCount(name: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  return invalidArgument(name, 'must be an integer from 0 to 2^53 - 1');
}

/** The map given from outside, or `invalid_argument`; a plain object is none. */
export function checkedMap<V>(name: string, map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return map instanceof Map ? map : invalidArgument(name, 'must be a Map');
}
