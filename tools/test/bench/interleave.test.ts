import { expect, it } from 'vitest';
import { interleave, turns } from '../../bench/interleave.mjs';

const entries = ['a', 'b', 'c'].map((name) => ({ name, shape: { receivers: 1 } }));
const tell = (): void => {};

async function orderOf(how: { rounds: number; isWarmedUp: boolean }): Promise<{ order: string; figures: unknown }> {
  let order = '';
  const rows = await interleave(entries, { ...how, tell }, async ({ name }) => {
    order += name;
    return { at: order.length };
  });
  return { order, figures: rows.map(({ name, measures }) => [name, measures['at']?.min, measures['at']?.max]) };
}

it('each round has another order, and the first is not counted', async () => {
  expect(await orderOf({ rounds: 2, isWarmedUp: true })).toEqual({
    order: 'abccbabca',
    figures: [
      ['a', 6, 9],
      ['b', 5, 7],
      ['c', 4, 8],
    ],
  });
});

it('without warming up all rounds are counted', async () => {
  const { order, figures } = await orderOf({ rounds: 1, isWarmedUp: false });
  expect(order).toBe('cba');
  expect(figures).toEqual([
    ['a', 3, 3],
    ['b', 2, 2],
    ['c', 1, 1],
  ]);
});

it.each([
  [1, 1, 0],
  [2, 2, 1],
  [3, 6, 2],
  [5, 10, 2],
  [10, 10, 1],
])('of %i contenders, each follows every other equally often in %i rounds', (count, rounds, times) => {
  const followers = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const order = turns(count, round);
    expect(order.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
    for (const [at, turn] of order.slice(1).entries()) {
      const pair = `${order[at]} ${turn}`;
      followers.set(pair, (followers.get(pair) ?? 0) + 1);
    }
  }
  expect(followers.size).toBe(count * (count - 1));
  expect([...followers.values()].every((seen) => seen === times)).toBe(true);
});

it('a run that fails is told and counted, and the others go on', async () => {
  const told: string[] = [];
  let runs = 0;
  const how = { rounds: 2, isWarmedUp: false, tell: (line: string) => void told.push(line) };
  const rows = await interleave(entries, how, async ({ name }) => {
    runs += 1;
    if (name === 'b' && runs < 3) throw new Error('planted');
    return { at: runs };
  });
  expect(rows.map(({ name, failures }) => [name, failures])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 0],
  ]);
  expect(rows[1]?.measures['at']).toEqual({ median: 4, min: 4, max: 4 });
  expect(told).toEqual(['FAILED: b, {"receivers":1}: Error: planted']);
});
