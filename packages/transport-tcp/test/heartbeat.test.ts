import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../src/heartbeat.ts';
import { TestClock } from './support/test-clock.ts';

function scene() {
  const clock = new TestClock();
  const record: string[] = [];
  let reads = 0;
  const hear = (): void => void (reads += 1);
  const heartbeat = new Heartbeat({
    clock,
    intervalMs: 5000,
    timeoutMs: 15_000,
    heard: () => reads,
    onQuiet: () => record.push(`quiet@${clock.now()}`),
    onDead: () => record.push(`dead@${clock.now()}`),
  });
  return { clock, record, heartbeat, hear };
}

describe('Heartbeat', () => {
  it('pings when nothing was said for an interval, and not when something was', () => {
    const { clock, record, heartbeat, hear } = scene();
    heartbeat.spoke();
    hear();
    clock.advance(5000);
    expect(record).toEqual([]);
    hear();
    clock.advance(5000);
    expect(record).toEqual(['quiet@10000']);
  });

  it('takes a peer for dead after so much silence, and then is silent itself', () => {
    const { clock, record, hear } = scene();
    hear();
    clock.advance(5000);
    for (let tick = 0; tick < 10; tick += 1) clock.advance(5000);
    expect(record.at(-1)).toBe('dead@20000');
    expect(clock.pending).toBe(0);
  });

  it('never does while anything is heard once in an interval', () => {
    const { clock, record, hear } = scene();
    for (let tick = 0; tick < 100; tick += 1) {
      hear();
      clock.advance(5000);
    }
    expect(record.some((entry) => entry.startsWith('dead'))).toBe(false);
  });

  it('does not take a peer for dead because this process itself stood still', () => {
    const clock = new TestClock();
    let isDead = false;
    let reads = 0;
    let overdue: (() => void) | undefined;
    const stopped = {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      setTimer: (_delayMs: number, callback: () => void) => {
        overdue = callback;
        return () => {};
      },
    };
    const heartbeat = new Heartbeat({
      clock: stopped,
      intervalMs: 5000,
      timeoutMs: 15_000,
      heard: () => reads,
      onQuiet: () => {},
      onDead: () => (isDead = true),
    });
    overdue?.();
    clock.advance(600_000);
    overdue?.();
    reads += 1;
    overdue?.();
    heartbeat.stop();
    expect(isDead).toBe(false);
  });

  it('stops', () => {
    const { clock, record, heartbeat } = scene();
    heartbeat.stop();
    clock.advance(100_000);
    expect([record, clock.pending]).toEqual([[], 0]);
  });
});
