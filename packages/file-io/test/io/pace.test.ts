import { describe, expect, it } from 'vitest';
import { Pace, Turn } from '../../src/io/pace.ts';

interface Process {
  /** Whether its system counts how often it sleeps. */
  readonly countsSleeps?: boolean;
  /** How long its threads run while a call goes on, in milliseconds. */
  readonly ranMs?: number;
}

/** Runs calls that take so long and says where each of them ran; while one goes on whose time is negative the process sleeps. */
async function placesOf(
  durationsMs: readonly number[],
  { countsSleeps = true, ranMs = 0 }: Process = {},
): Promise<string> {
  let nowMs = 0;
  let sleeps = 1;
  let cpuMs = 0;
  const used = () => ({ sleeps: countsSleeps ? sleeps : 0, cpuMs });
  const pace = new Pace({ now: () => nowMs, used }, new Turn());
  const places: string[] = [];
  for (const durationMs of durationsMs) {
    const call = (place: string) => () => {
      nowMs += Math.abs(durationMs);
      if (durationMs < 0) sleeps += 1;
      cpuMs += ranMs;
      return place;
    };
    places.push(await pace.run(call('inline'), async () => call('pool')()));
  }
  return places.join(' ');
}

const neverSlept = () => ({ sleeps: 1, cpuMs: 0 });

/** Calls of 4 ms on two files by turns, both quick. `order`: which have run. */
async function twoFiles(): Promise<{ run: (at: number) => unknown; order: number[]; turn: Turn }> {
  let nowMs = 0;
  const turn = new Turn();
  const order: number[] = [];
  const gauges = { now: () => nowMs, used: neverSlept };
  const paces = [new Pace(gauges, turn), new Pace(gauges, turn)] as const;
  for (const pace of paces) await pace.run(() => {}, Promise.resolve.bind(Promise, undefined));
  const run = (at: number): unknown =>
    (at % 2 === 0 ? paces[0] : paces[1]).run(
      () => {
        nowMs += 4;
        order.push(at);
      },
      () => Promise.reject(new Error('not on the pool')),
    );
  return { run, order, turn };
}

describe('disk calls', () => {
  it('S4 begin on the thread pool, where a disk that does not answer blocks nothing', async () => {
    expect(await placesOf([1_000_000])).toBe('pool');
  });

  it('run on the calling thread as long as they are quick', async () => {
    expect(await placesOf([0.1, 0.1, 2, 0.1])).toBe('pool inline inline inline');
  });

  it('S4 leave the rest of a turn of the event loop to others after 16 ms, those of all files together', async () => {
    const { run, order, turn } = await twoFiles();
    const calls = Array.from({ length: 12 }, (_, at) => run(at));
    expect(order).toEqual([0, 1, 2, 3]);
    await turn.next();
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await Promise.all(calls);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('S4 of many turns do not count together', async () => {
    const { run, turn } = await twoFiles();
    for (let at = 0; at < 6; at += 1) {
      expect([run(at), run(at), run(at)]).toEqual([undefined, undefined, undefined]);
      await turn.next();
    }
  });

  it('S4 go to the thread pool once after one that had to wait, twice after the next, and from the beginning after a quick one', async () => {
    expect(await placesOf([1, -50, 1, -50, -50, 1, 1, -50, 1, 1])).toBe(
      'pool inline pool inline pool pool inline inline pool inline',
    );
  });

  it('S4 of a disk that is always slow are mostly on the thread pool', async () => {
    const places = (await placesOf(Array.from({ length: 1000 }, () => -20))).split(' ');
    expect(places.filter((place) => place === 'inline').length).toBeLessThan(25);
  });

  it('stay on the calling thread when they only waited for a processor', async () => {
    expect(await placesOf([1, 50, 50, 50])).toBe('pool inline inline inline');
  });

  it('S4 count as waiting when they were slow and nobody counts how often the process slept', async () => {
    expect(await placesOf([1, 50, 1, 1], { countsSleeps: false })).toBe('pool inline pool inline');
  });

  it('stay on the calling thread when they were at work for all but 5 ms, whoever slept meanwhile', async () => {
    expect(await placesOf([1, -12, -12, -12], { ranMs: 8 })).toBe('pool inline inline inline');
    expect(await placesOf([1, -14, 1], { ranMs: 8 })).toBe('pool inline pool');
  });

  it('S4 go to the thread pool after one that slept for long, however busy other threads were meanwhile', async () => {
    expect(await placesOf([1, -21, 1], { ranMs: 84 })).toBe('pool inline pool');
  });

  it('S4 stay on the thread pool until the first was answered', async () => {
    const pace = new Pace({ now: () => 0, used: neverSlept }, new Turn());
    let answer = (): void => {};
    const first = pace.run(String, () => new Promise<string>((resolve) => (answer = () => resolve('pool'))));
    expect(
      await pace.run(
        () => 'inline',
        async () => 'pool',
      ),
    ).toBe('pool');
    answer();
    await first;
    expect(
      pace.run(
        () => 'inline',
        async () => 'pool',
      ),
    ).toBe('inline');
  });

  it('pass failures on, wherever they ran', async () => {
    const pace = new Pace();
    const pooled = pace.run(String, () => Promise.reject(new Error('pool')));
    await expect(pooled).rejects.toThrow('pool');
    await pace.run(String, async () => 'quick');
    const inline = (): unknown =>
      pace.run(
        () => JSON.parse('{') as unknown,
        async () => {},
      );
    expect(inline).toThrow(SyntaxError);
  });
});
