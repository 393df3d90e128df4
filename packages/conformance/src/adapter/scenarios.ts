import { type Scenario, scenarioOf, type SuiteParts } from '../scenario.ts';
import { type AdapterBench, adapterBench } from './bench.ts';
import { adapterDefinitions } from './definitions.ts';
import type { AdapterAbility, AdapterOptions } from './options.ts';

const abilities: readonly AdapterAbility[] = ['chunkSizes', 'failingDownloadable', 'failingConsumer'];
const defaultPatienceMs = 30_000;

/** The scenarios that an adapter must pass. */
export function adapterScenarios<V, R>(options: AdapterOptions<V, R>): Scenario[] {
  const suite: SuiteParts<AdapterBench<V, R>> = {
    kind: 'adapter',
    declared: new Set(abilities.filter((ability) => options[ability] !== undefined)),
    patienceMs: options.patienceMs ?? defaultPatienceMs,
    open: async (context) => ({
      bench: adapterBench(options, context),
      close: async () => options.cleanup?.(),
    }),
  };
  return adapterDefinitions<V, R>().map((definition) => scenarioOf(definition, suite));
}
