/**
 * Endpoints in one process, bodies handed over without copies, with faults on demand; and the clock and the random
 * source that make tests of transfers repeatable. Imports no `node:` module.
 *
 * @module @towline/transport-memory
 */
export type { Fault, FaultFunction, FaultPlan, FaultRule, FaultSchedule, FaultSubject } from './faults.ts';
export { ManualClock } from './manual-clock.ts';
export type { MemoryTransport } from './memory-endpoint.ts';
export { type EndpointOptions, MemoryNetwork, type MemoryNetworkOptions } from './network.ts';
export { seededRandom } from './seeded-random.ts';
export { settle } from './settle.ts';
