import { uint32s } from './words.ts';

/** Which slots of an array are not null; `undefined` when none is. */
export type Validity = Uint8Array | undefined;

/** Whether slot `index` is null. */
export function isNull(validity: Validity, index: number): boolean {
  if (validity === undefined) return false;
  // Not `>>>`: a bitmap may have more than 2^32 bits.
  return (((validity[Math.floor(index / 8)] ?? 0) >> (index & 7)) & 1) === 0;
}

/** How many of the first `bits` bits are set. The bitmap must have them. */
export function countSetBits(bitmap: Uint8Array, bits: number): number {
  const wholeWords = Math.floor(bits / 32);
  const words = uint32s(bitmap, wholeWords);
  let count = 0;
  for (let index = 0; index < wholeWords; index++) count += setBitsOf(words[index] as number);
  for (let bit = wholeWords * 32; bit < bits; bit++) count += isNull(bitmap, bit) ? 0 : 1;
  return count;
}

/** Set bits of a 32-bit word: sums of pairs, of fours, then of all bytes by one multiplication. */
function setBitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
