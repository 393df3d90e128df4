import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/io/pace.ts';

/** Runs calls that take so long and says where each of them ran. */
async function placesOf(durationsMs: readonly number[]): Promise<string> {
  let nowMs = 0;
  const pace = new Pace(() => nowMs);
  const places: string[] = [];
  for (const durationMs of durationsMs) {
    const call = (place: string) => () => {
      nowMs += durationMs;
      return place;
    };
    places.push(await pace.run(call('inline'), async () => call('pool')()));
  }
  return places.join(' ');
}

describe('disk calls', () => {
  it('S4 begin on the thread pool, where a disk that does not answer blocks nothing', async () => {
    expect(await placesOf([1_000_000])).toBe('pool');
  });

  it('run on the calling thread as long as they are quick', async () => {
    expect(await placesOf([0.1, 0.1, 2, 0.1])).toBe('pool inline inline inline');
  });

  it('S4 leave it alone after 5 ms: other work has its turn', async () => {
    expect(await placesOf([1, 2, 2, 2, 1, 2, 2])).toBe('pool inline inline inline pool inline inline');
  });

  it('S4 hold up each turn of the event loop for 5 ms at most, not many turns together', async () => {
    let nowMs = 0;
    const pace = new Pace(() => nowMs);
    const run = (): unknown =>
      pace.run(
        () => {
          nowMs += 2;
          return 'inline';
        },
        async () => 'pool',
      );
    await run();
    for (let turn = 0; turn < 5; turn += 1) {
      expect([run(), run()]).toEqual(['inline', 'inline']);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('S4 go to the thread pool after a slow one, until one there was quick', async () => {
    expect(await placesOf([1, 50, 50, 50, 1, 1])).toBe('pool inline pool pool pool inline');
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
