/**
 * The suites that any adapter and any transport must pass, as plain scenarios that need no test runner.
 *
 * @module @towline/conformance
 */
export type { AdapterAbility, AdapterOptions, Sample, SampleOptions } from './adapter/options.ts';
export { adapterScenarios } from './adapter/scenarios.ts';
export { ConformanceError, type Finding } from './finding.ts';
export type { Scenario } from './scenario.ts';
export type { TransportAbility, TransportOptions, TransportRig } from './transport/options.ts';
export { transportScenarios } from './transport/scenarios.ts';
