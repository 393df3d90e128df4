import { loadHasher } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { BodyPool } from '../src/body-pool.ts';

/** A pool that has had bodies of that size back before. */
function poolFor(bytes: number): BodyPool {
  const pool = new BodyPool();
  pool.giveBack(pool.take(bytes));
  return pool;
}

describe('BodyPool', () => {
  it('gives released memory to the next body of exactly that size', () => {
    const pool = poolFor(100_000);
    const body = pool.take(100_000);
    pool.giveBack(body);
    expect(pool.take(99_999) === body).toBe(false);
    expect(pool.take(100_000) === body).toBe(true);
    expect(pool.take(100_000) === body).toBe(false);
  });

  it('keeps no small ones', () => {
    const pool = new BodyPool();
    const body = pool.take(65_535);
    pool.giveBack(body);
    expect(pool.take(65_535) === body).toBe(false);
  });

  it('gives memory that no other body has, plain and at a multiple of 8', () => {
    const pool = new BodyPool();
    const bodies = [64, 1, 4000, 5000, 64, 100_000, 100_000].map((bytes) => pool.take(bytes));
    for (const [index, body] of bodies.entries()) body.fill(index);
    for (const [index, body] of bodies.entries()) {
      expect(body.every((byte) => byte === index)).toBe(true);
      expect([body.byteOffset % 8, Buffer.isBuffer(body)]).toEqual([0, false]);
    }
  });

  it('makes memory for use again and again only for sizes that come back, also of several by turns', async () => {
    await loadHasher();
    const pool = new BodyPool();
    const isPlain = (body: Uint8Array): boolean => body.byteOffset === 0 && body.buffer.byteLength === body.byteLength;
    const first = [100_000, 200_000].map((bytes) => pool.take(bytes));
    expect(first.map(isPlain)).toEqual([true, true]);
    for (const body of first) pool.giveBack(body);
    const second = [100_000, 200_000, 300_000].map((bytes) => pool.take(bytes));
    expect(second.map(isPlain)).toEqual([false, false, true]);
    for (const body of second) pool.giveBack(body);
    const third = [100_000, 200_000].map((bytes) => pool.take(bytes));
    expect(third.map((body, index) => body === second[index])).toEqual([true, true]);
  });

  it('keeps no more than 32 MiB, and of these the newest', () => {
    const pool = poolFor(1024 * 1024);
    const bodies = Array.from({ length: 36 }, () => pool.take(1024 * 1024));
    for (const body of bodies) pool.giveBack(body);
    const again = Array.from({ length: 36 }, () => pool.take(1024 * 1024));
    // Compared as booleans: a failing comparison of buffers would print them.
    const isReused = bodies.map((body) => again.includes(body));
    expect(isReused).toEqual([...Array(4).fill(false), ...Array(32).fill(true)]);
    const huge = pool.take(33 * 1024 * 1024);
    pool.giveBack(huge);
    expect(pool.take(33 * 1024 * 1024) === huge).toBe(false);
  });
});
