import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import createXxhash from 'xxhash-wasm';

import { equalBytes, hashableMemory, loadHasher } from '../../src/base/hash.ts';
import { bytesOf } from '../support/objects.ts';

const hasher = await loadHasher();
const other = await createXxhash();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const hex64 = (value: bigint): string => value.toString(16).padStart(16, '0');

function filled(memory: Uint8Array | undefined): Uint8Array {
  if (!memory) throw new Error('no memory');
  for (let at = 0; at < memory.byteLength; at += 1) memory[at] = (at * 7 + (at >> 7)) & 255;
  return memory;
}

function part(memory: Uint8Array | undefined, from: number, length: number): Uint8Array {
  return (memory as Uint8Array).subarray(from, from + length);
}

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

  it('I1 is what another implementation says, at every length around the sizes of stripes and pieces', () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 31 + (at >> 8)) & 255);
    const lengths = [...Array(200).keys(), 64_511, 64_512, 64_513, 129_024, 129_025, 199_999];
    for (const length of lengths) {
      const piece = bytes.subarray(1, 1 + length);
      expect(hex(hasher.checksum([piece])), `${length} bytes`).toBe(hex64(other.h64Raw(piece)));
    }
  });

  it('I1 is the same for what lies in memory that is hashed in place, whatever is before, between and behind', () => {
    const bodies = [hashableMemory(100_000), hashableMemory(70_000)].map(filled);
    const segment = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.nat(1), fc.nat(50_000), fc.nat(40_000))
        .map(([which, from, length]) => part(bodies[which], from, length)),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const whole = Buffer.concat(segments);
        expect(hex(hasher.checksum(segments))).toBe(hex64(other.h64Raw(whole)));
      }),
    );
  });

  it('I1 a checksum in place changes no byte, and none is left of one before', () => {
    const body = filled(hashableMemory(80_000));
    const before = hex(body);
    const first = hasher.checksum([body]);
    hasher.checksum([body.subarray(5, 30_000), bytesOf('a')]);
    expect(hasher.checksum([body])).toEqual(first);
    expect(hex(body)).toBe(before);
  });

  it('I2 running hashes do not disturb each other, nor checksums in between', () => {
    const [one, two] = [hasher.start(), hasher.start()];
    one.update(bytesOf('a'));
    two.update(bytesOf('x'));
    hasher.checksum([bytesOf('something else that is longer than a stripe')]);
    one.update(bytesOf('bc'));
    expect(hex(one.digest())).toBe('44bc2cf5ad770999');
    expect(two.digest()).toEqual(hasher.checksum([bytesOf('x')]));
  });

  it('memory that is hashed in place is asked for in vain when it is small, or when there is too much of it', () => {
    expect(hashableMemory(16 * 1024 - 1)).toBeUndefined();
    const held = Array.from({ length: 72 }, () => hashableMemory(16 * 1024));
    expect(held.filter((memory) => memory?.byteLength === 16 * 1024).length).toBeLessThanOrEqual(64);
    expect(held.at(-1)).toBeUndefined();
    expect(hashableMemory(49 * 1024 * 1024)).toBeUndefined();
    expect(new Set(held.filter(Boolean).map((memory) => memory?.buffer)).size).toBe(held.filter(Boolean).length);
  });

  it('memory that nobody has any more makes room for other', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let got: unknown;
    for (let turn = 0; turn < 200 && !got; turn += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
      got = hashableMemory(1024 * 1024);
    }
    expect(got).toBeInstanceOf(Uint8Array);
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
