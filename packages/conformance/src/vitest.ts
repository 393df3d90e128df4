import { describe, it } from 'vitest';
import type { AdapterOptions } from './adapter/options.ts';
import { adapterScenarios } from './adapter/scenarios.ts';
import type { Scenario } from './scenario.ts';
import type { TransportOptions } from './transport/options.ts';
import { transportScenarios } from './transport/scenarios.ts';

/** Registers the scenarios of an adapter as tests. */
export function adapterSuite<V, R>(name: string, options: AdapterOptions<V, R>): void {
  register(name, adapterScenarios(options));
}

/** Registers the scenarios of a transport as tests. Await it at the top of a test file. */
export async function transportSuite(name: string, options: TransportOptions): Promise<void> {
  register(name, await transportScenarios(options));
}

function register(name: string, scenarios: readonly Scenario[]): void {
  describe(name, () => {
    for (const { rule, title, missing, run } of scenarios) {
      const needs = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not declared)` : '';
      it.skipIf(missing.length > 0)(`${rule} ${title}${needs}`, ({ signal }) => run(signal), 60_000);
    }
  });
}
