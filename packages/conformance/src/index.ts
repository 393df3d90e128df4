// The suites that any adapter and any transport must pass, as plain scenarios that need no test runner.
export type { AdapterOptions, Sample } from './adapter/options.ts';
export { adapterScenarios } from './adapter/scenarios.ts';
export { ConformanceError, type Scenario } from './scenario.ts';
export type { TransportAbility, TransportOptions, TransportRig } from './transport/options.ts';
export { transportScenarios } from './transport/scenarios.ts';
