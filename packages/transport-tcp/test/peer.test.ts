import { describe, expect, it } from 'vitest';
import { dialBackoffMs, Peer } from '../src/peer.ts';
import { TestClock } from './support/test-clock.ts';

describe('the back-off between dials', () => {
  it('doubles from 100 ms to 5 s', () => {
    expect([0, 1, 2, 3, 6, 7, 1000].map(dialBackoffMs)).toEqual([0, 100, 200, 400, 3200, 5000, 5000]);
  });

  it('holds the next dial back, and none when nothing has failed', async () => {
    const clock = new TestClock();
    const peer = new Peer('p', clock);
    const { signal } = new AbortController();
    await peer.backOff(signal);
    peer.noteFailure();
    peer.noteFailure();
    let isOver = false;
    const waiting = peer.backOff(signal).then(() => (isOver = true));
    clock.advance(199);
    await Promise.resolve();
    expect(isOver).toBe(false);
    clock.advance(1);
    await waiting;
    expect(clock.pending).toBe(0);
  });

  it('ends by its signal', async () => {
    const clock = new TestClock();
    const peer = new Peer('p', clock);
    const controller = new AbortController();
    peer.noteFailure();
    const waiting = peer.backOff(controller.signal);
    controller.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    expect(clock.pending).toBe(0);
  });
});
