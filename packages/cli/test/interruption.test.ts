import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import { aborted, atMost, endLimits, Interruption } from '../src/interruption.ts';

function interruptible() {
  const listeners = new Set<() => void>();
  const exits: number[] = [];
  const io = {
    onInterrupt(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code: number): void => void exits.push(code),
  };
  return { io, exits, listeners, press: () => listeners.forEach((listener) => listener()) };
}

describe('Ctrl-C', () => {
  it('J4 once asks for a clean end', async () => {
    const { io, exits, press } = interruptible();
    const interruption = new Interruption(io);
    expect(interruption.signal.aborted).toBe(false);
    const asked = aborted(interruption.signal);
    press();
    await asked;
    await aborted(interruption.signal);
    expect(exits).toEqual([]);
  });

  it('J4 twice ends at once with 130', () => {
    const { io, exits, press } = interruptible();
    const interruption = new Interruption(io);
    press();
    press();
    expect(exits).toEqual([130]);
    expect(interruption.signal.aborted).toBe(true);
  });

  it('J4 is listened to no longer after the call', () => {
    const { io, listeners } = interruptible();
    new Interruption(io).close();
    expect(listeners.size).toBe(0);
  });

  it('J4 the deadlines of a clean end sum to 2,000 ms', () => {
    expect(Object.values(endLimits).reduce((sum, limit) => sum + limit, 0)).toBe(2_000);
  });

  it('J4 a step that hangs is left behind after its deadline on the injected clock', async () => {
    const clock = new ManualClock();
    let ended = false;
    const waiting = atMost(clock, new Promise(() => {}), 1_000).then(() => (ended = true));
    await clock.advance(999);
    expect(ended).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(ended).toBe(true);
  });

  it('J4 a step that ends or fails is not waited for', async () => {
    const clock = new ManualClock();
    await atMost(clock, Promise.resolve(), 1_000);
    await atMost(clock, Promise.reject(new Error('x')), 1_000);
    expect(clock.pending).toBe(0);
  });
});
