import type { Random } from '@towline/downloader-core/spi';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits);

/**
 * A repeatable {@link Random} for tests, never for secrets: the same `seed` (any integer) gives the same sequence. A Weyl
 * sequence through the 32-bit finaliser of MurmurHash3.
 */
export function seededRandom(seed: number): Random {
  let position = seed | 0;
  const word = (): number => {
    position = (position + 0x9e3779b9) | 0;
    let mixed = position;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  return {
    fraction: () => word() / 2 ** 32,
    uuid: () => {
      const last = hex(word(), 8) + hex(word(), 4);
      return `${hex(word(), 8)}-${hex(word(), 4)}-4${hex(word(), 3)}-8${hex(word(), 3)}-${last}`;
    },
  };
}
