/**
 * Schedules of faults and the clock of tests, for the authors of adapters and transports.
 *
 * @module @towline/conformance/faults
 */
export {
  type Fault,
  type FaultFunction,
  type FaultPlan,
  type FaultRule,
  type FaultSchedule,
  ManualClock,
  MemoryNetwork,
  seededRandom,
  settle,
} from '@towline/transport-memory';
export {
  type Adding,
  type FaultyTransferOptions,
  type Shared,
  shareWithOne,
  transferUnderFaults,
} from './transfers.ts';
