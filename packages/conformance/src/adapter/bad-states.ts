import type { Downloadable, State } from '@towline/downloader-core';
import type { AdapterBench } from './bench.ts';
import { shown } from './values.ts';
import { eachWalk } from './walk.ts';

export async function badStates<V, R>(bench: AdapterBench<V, R>): Promise<void> {
  await eachWalk(bench, ({ object, steps, name }) => {
    const states = steps.map(({ chunk }) => chunk.state);
    for (const state of [...(bench.options.badStates ?? []), ...neverStates, ...spoilt(states)])
      bench.check(refuses(object, state), `${name} to refuse the state ${shown(state)}`, 'a schema that takes it');
  });
}

const neverStates: readonly unknown[] = [
  null,
  1,
  'state',
  [],
  { unheardOf: true },
  JSON.parse('{"__proto__": {"polluted": 1}}'),
];

/** The last state with one thing wrong in it: a number that is no position, a value of another type, a lost field. */
function spoilt(states: readonly State[]): unknown[] {
  const good = states.at(-1);
  if (!good) return [];
  return Object.entries(good).flatMap(([field, value]) => {
    const wrong = typeof value === 'number' ? [-1, 0.5, 2 ** 53, '0', Number.NaN] : [{ unheardOf: true }];
    const rest = Object.fromEntries(Object.entries(good).filter(([name]) => name !== field));
    // A field that some states lack is optional.
    const isOptional = states.some((state) => !Object.hasOwn(state, field));
    return [...wrong.map((other) => ({ ...good, [field]: other })), ...(isOptional ? [] : [rest])];
  });
}

function refuses(object: Downloadable, state: unknown): boolean {
  try {
    object.stateSchema.parse(state);
    return false;
  } catch {
    return true;
  }
}
