import { describe, expect, it } from 'vitest';
import { forEachAtOnce, Tasks } from '../../src/io/tasks.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('tasks', () => {
  it('run side by side, but never more than the limit', async () => {
    const tasks = new Tasks(3);
    let running = 0;
    let most = 0;
    for (let count = 0; count < 10; count += 1) {
      await tasks.start(async () => {
        running += 1;
        most = Math.max(most, running);
        await turn();
        running -= 1;
      });
    }
    await tasks.finish();
    expect({ most, running }).toEqual({ most: 3, running: 0 });
  });

  it('are not started any more after one has failed', async () => {
    const tasks = new Tasks(1);
    await tasks.start(() => Promise.reject(new Error('first')));
    await expect(tasks.start(() => Promise.reject(new Error('never')))).rejects.toThrow('first');
    await expect(tasks.finish()).rejects.toThrow('first');
    await expect(tasks.settled()).resolves.toBeUndefined();
  });
});

describe('work on many items', () => {
  it('is done when the last item is', async () => {
    const done: number[] = [];
    await forEachAtOnce([1, 2, 3], async (item) => {
      await turn();
      done.push(item);
    });
    expect(new Set(done)).toEqual(new Set([1, 2, 3]));
  });

  it('ends with the first failure, but not before what runs has ended', async () => {
    let ended = 0;
    const work = forEachAtOnce(Array.from({ length: 100 }).keys(), async (item) => {
      await turn();
      ended += 1;
      if (item === 2) throw new Error('item 2');
      await turn();
    });
    await expect(work).rejects.toThrow('item 2');
    const endedAtFailure = ended;
    await turn();
    expect(ended).toBe(endedAtFailure);
    expect(ended).toBeLessThan(20);
  });
});
