import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/io/buffer-pool.ts';

describe('a pool of buffers', () => {
  it('gives out each buffer to one user at a time', () => {
    const pool = new BufferPool(10);
    const first = pool.take();
    const second = pool.take();
    expect(second).not.toBe(first);
    pool.give(first);
    expect(pool.take()).toBe(first);
    expect(pool.take()).not.toBe(first);
  });

  it('gives buffers that fill an ArrayBuffer of their own', () => {
    const buffer = new BufferPool(10).take();
    expect([buffer.byteLength, buffer.buffer.byteLength]).toEqual([10, 10]);
  });

  it('keeps a few, and none after it was cleared', () => {
    const pool = new BufferPool(10, 1);
    const [first, second] = [pool.take(), pool.take()];
    pool.give(first);
    pool.give(second);
    expect([pool.take() === first, pool.take() === second]).toEqual([true, false]);
    pool.give(first);
    pool.clear();
    expect(pool.take()).not.toBe(first);
  });
});
