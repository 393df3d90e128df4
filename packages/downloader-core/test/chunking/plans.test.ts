import { expect, it } from 'vitest';
import { RequestPlans } from '../../src/chunking/plans.ts';

it('a plan is made once for each request, and anew after it failed', async () => {
  const made: string[] = [];
  const make = async ({ part }: { part: string }): Promise<string> => {
    made.push(part);
    if (made.length === 1) throw new Error('not yet');
    return `plan of ${part}`;
  };
  const plans = new RequestPlans<{ part: string }, string>('the whole', make);
  const request = { part: 'a' };
  await expect(plans.of(request)).rejects.toThrow('not yet');
  expect(await Promise.all([plans.of(request), plans.of(request)])).toEqual(['plan of a', 'plan of a']);
  expect(await plans.of({ part: 'a' })).toBe('plan of a');
  expect(await plans.of(undefined)).toBe('the whole');
  expect(made).toEqual(['a', 'a', 'a']);
});
