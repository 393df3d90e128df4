import { expect, it } from 'vitest';
import { interleave } from '../../bench/interleave.mjs';

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

it('each round begins with another contender, and the first is not counted', async () => {
  expect(await orderOf({ rounds: 2, isWarmedUp: true })).toEqual({
    order: 'abcbcacab',
    figures: [
      ['a', 6, 8],
      ['b', 4, 9],
      ['c', 5, 7],
    ],
  });
});

it('without warming up all rounds are counted', async () => {
  const { order, figures } = await orderOf({ rounds: 1, isWarmedUp: false });
  expect(order).toBe('bca');
  expect(figures).toEqual([
    ['a', 3, 3],
    ['b', 1, 1],
    ['c', 2, 2],
  ]);
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
  expect(rows[1]?.measures['at']).toEqual({ median: 6, min: 6, max: 6 });
  expect(told).toEqual(['FAILED: b, {"receivers":1}: Error: planted']);
});
