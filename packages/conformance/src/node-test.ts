/**
 * The suites as tests of `node:test`.
 *
 * @module @towline/conformance/node-test
 */
import { describe, it } from 'node:test';
import type { AdapterOptions } from './adapter/options.ts';
import { adapterScenarios } from './adapter/scenarios.ts';
import type { Scenario } from './scenario.ts';
import type { TransportOptions } from './transport/options.ts';
import { transportScenarios } from './transport/scenarios.ts';

/** Registers the scenarios of an adapter as tests of `node:test`. */
export function adapterSuite<V, R>(name: string, options: AdapterOptions<V, R>): void {
  register(name, adapterScenarios(options));
}

/** Registers the scenarios of a transport as tests of `node:test`. Await it at the top of a test file. */
export async function transportSuite(name: string, options: TransportOptions): Promise<void> {
  register(name, await transportScenarios(options));
}

function register(name: string, scenarios: readonly Scenario[]): void {
  void describe(name, () => {
    for (const { rule, title, missing, run } of scenarios) {
      const skip = missing.length > 0 ? `${missing.join(', ')} not declared` : false;
      void it(`${rule} ${title}`, { skip }, ({ signal }) => run(signal));
    }
  });
}
