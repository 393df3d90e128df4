import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { equalBytes, loadHasher } from '../../src/base/hash.ts';
import { bytesOf } from '../support/objects.ts';

const hasher = await loadHasher();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('XXH64', () => {
  // From the published test vectors of xxHash.
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
  ])('I1 of %j with seed 0 is %s, big-endian', (text, expected) => {
    expect(hex(hasher.checksum([bytesOf(text)]))).toBe(expected);
  });

  it('I1 the checksum is over the bytes, however they lie in segments', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 8 }), (segments) => {
        const whole = new Uint8Array(segments.flatMap((segment) => [...segment]));
        expect(hasher.checksum(segments)).toEqual(hasher.checksum([whole]));
      }),
    );
  });

  it('I2 a running hash can be asked in between and go on', () => {
    const running = hasher.start();
    running.update(bytesOf('ab'));
    expect(running.digest()).toEqual(hasher.checksum([bytesOf('ab')]));
    running.update(bytesOf('c'));
    expect(hex(running.digest())).toBe('44bc2cf5ad770999');
  });

  it('I1 bytes are equal when length and every byte are', () => {
    expect(equalBytes(bytesOf('ab'), bytesOf('ab'))).toBe(true);
    expect(equalBytes(bytesOf('ab'), bytesOf('ac'))).toBe(false);
    expect(equalBytes(bytesOf('ab'), bytesOf('abc'))).toBe(false);
  });
});
