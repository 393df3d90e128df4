/**
 * The suites as tests of vitest.
 *
 * @module @towline/conformance/vitest
 */
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

// No time limit of the runner: a scenario ends by itself, and says more.
function register(name: string, scenarios: readonly Scenario[]): void {
  // oxlint-disable-next-line vitest/valid-title -- it is one
  describe(name, () => {
    for (const { rule, title, missing, run } of scenarios) {
      const skipped = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not declared)` : '';
      // oxlint-disable-next-line vitest/expect-expect -- the scenario does
      it.skipIf(missing.length > 0)(`${rule} ${title}${skipped}`, ({ signal }) => run(signal), 0);
    }
  });
}
