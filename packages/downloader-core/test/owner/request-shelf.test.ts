import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { ByteBudget } from '../../src/owner/byte-budget.ts';
import { type RequestOf, RequestShelf } from '../../src/owner/request-shelf.ts';
import { bytesOf } from '../support/objects.ts';

const never = new AbortController().signal;
const of = (receiverId: string, refId = 'R1'): RequestOf => ({ receiverId, refId });
const checksum = (byte: number): Uint8Array => new Uint8Array(8).fill(byte);

function shelfOf(budgetBytes: number): { budget: ByteBudget; shelf: RequestShelf } {
  const budget = new ByteBudget(budgetBytes);
  return { budget, shelf: new RequestShelf(budget, 1000, new ManualClock()) };
}

describe('the requests that the owner holds', () => {
  it('R10 a request is held for its download until it is released', () => {
    const { budget, shelf } = shelfOf(400);
    expect(shelf.tryPlace(of('a'), 60)).toBe(true);
    expect(shelf.find(of('a'), checksum(1))).toBeUndefined();
    shelf.hold(of('a'), checksum(1), bytesOf('x'), () => ({ only: 'x' }));
    expect(shelf.find(of('a'), checksum(1))?.value).toEqual({ only: 'x' });
    expect(shelf.find(of('a'), checksum(2))).toBeUndefined();
    expect(shelf.find(of('b'), checksum(1))).toBeUndefined();
    expect(budget.usedBytes).toBe(60);
    shelf.release(of('a'));
    shelf.release(of('a'));
    expect(shelf.find(of('a'), checksum(1))).toBeUndefined();
    expect(budget.usedBytes).toBe(0);
  });

  it('R10 together they take at most a quarter of the budget', () => {
    const { shelf } = shelfOf(400);
    expect(shelf.tryPlace(of('a'), 60)).toBe(true);
    expect(shelf.tryPlace(of('b'), 41)).toBe(false);
    expect(shelf.tryPlace(of('b'), 40)).toBe(true);
    expect(shelf.tryPlace(of('c'), 1)).toBe(false);
  });

  it('R10 one that could never be held is refused at once', () => {
    const tooLarge = expect.objectContaining({ code: 'request_too_large' });
    const { shelf } = shelfOf(400);
    expect(() => shelf.check(100)).not.toThrow();
    expect(() => shelf.check(101)).toThrow(tooLarge);
    expect(() => shelfOf(1_000_000).shelf.check(1001)).toThrow(tooLarge);
  });

  it('R10 a download has one place: of another size it is another place', () => {
    const { budget, shelf } = shelfOf(400);
    shelf.tryPlace(of('a'), 60);
    shelf.hold(of('a'), checksum(1), bytesOf('x'), () => ({}));
    expect(shelf.tryPlace(of('a'), 60)).toBe(true);
    expect(shelf.find(of('a'), checksum(1))).toBeDefined();
    expect(shelf.tryPlace(of('a'), 90)).toBe(true);
    expect(shelf.find(of('a'), checksum(1))).toBeUndefined();
    expect(budget.usedBytes).toBe(90);
  });

  it('R10 who does not fit waits its turn', async () => {
    const { budget, shelf } = shelfOf(400);
    shelf.tryPlace(of('a'), 100);
    const placed: string[] = [];
    const waits = ['b', 'c'].map((id) => shelf.place(of(id), 80, never).then(() => placed.push(id)));
    await Promise.resolve();
    expect(placed).toEqual([]);
    shelf.release(of('a'));
    await waits[0];
    expect(placed).toEqual(['b']);
    shelf.release(of('b'));
    await waits[1];
    expect(budget.usedBytes).toBe(80);
  });

  it('R10 who waits for the whole budget gives its share of the quarter back when it gives up', async () => {
    const { budget, shelf } = shelfOf(400);
    const chunks = budget.tryReserve(400);
    const control = new AbortController();
    const waiting = shelf.place(of('a'), 100, control.signal);
    await Promise.resolve();
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    chunks?.release();
    expect(shelf.tryPlace(of('b'), 100)).toBe(true);
  });

  it('R10 a place that comes in the moment of giving up is not kept', async () => {
    const { budget, shelf } = shelfOf(400);
    const chunks = budget.tryReserve(400);
    const control = new AbortController();
    const waiting = shelf.place(of('a'), 100, control.signal);
    await Promise.resolve();
    await Promise.resolve();
    chunks?.release();
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(budget.usedBytes).toBe(0);
    expect(shelf.tryPlace(of('b'), 100)).toBe(true);
  });

  it('R10 descriptions on their way share the quarter', async () => {
    const { budget, shelf } = shelfOf(400);
    const description = await shelf.reserve(70, never);
    expect(shelf.tryPlace(of('a'), 31)).toBe(false);
    description.release();
    expect(shelf.tryPlace(of('a'), 31)).toBe(true);
    expect(budget.usedBytes).toBe(31);
  });

  it('R10 with a ref everything held for it goes', () => {
    const { budget, shelf } = shelfOf(4000);
    for (const id of ['a', 'b']) shelf.tryPlace(of(id), 50);
    shelf.tryPlace(of('a', 'R2'), 50);
    shelf.releaseRef('R1');
    shelf.releaseRef('R1');
    expect(budget.usedBytes).toBe(50);
  });

  it('R10 a place without its request can be given back, one with it stays', () => {
    const { budget, shelf } = shelfOf(4000);
    shelf.tryPlace(of('a'), 50);
    shelf.releaseEmpty(of('a'));
    expect(budget.usedBytes).toBe(0);
    shelf.tryPlace(of('a'), 50);
    shelf.hold(of('a'), checksum(1), bytesOf('x'), () => ({}));
    shelf.releaseEmpty(of('a'));
    expect(budget.usedBytes).toBe(50);
    shelf.hold(of('b'), checksum(1), bytesOf('x'), () => ({}));
    expect(shelf.find(of('b'), checksum(1))).toBeUndefined();
  });

  it('M2 equal requests of a ref are one, different ones with the same checksum are two', () => {
    const { shelf } = shelfOf(4000);
    const parse = (bytes: Uint8Array): unknown => ({ bytes });
    for (const [id, text] of [
      ['a', 'same'],
      ['b', 'same'],
      ['c', 'other'],
    ] as const) {
      shelf.tryPlace(of(id), 50);
      shelf.hold(of(id), checksum(1), bytesOf(text), parse);
    }
    const [a, b, c] = ['a', 'b', 'c'].map((id) => shelf.find(of(id), checksum(1)));
    expect(b).toBe(a);
    expect(c?.id).not.toBe(a?.id);
  });

  it('R10 a request outlives the memory that it came in', () => {
    const { shelf } = shelfOf(4000);
    const bytes = bytesOf('x');
    shelf.tryPlace(of('a'), 50);
    shelf.hold(of('a'), checksum(1), bytes, (copy) => copy);
    bytes.fill(0);
    expect(shelf.find(of('a'), checksum(1))?.value).toEqual(bytesOf('x'));
  });
});
