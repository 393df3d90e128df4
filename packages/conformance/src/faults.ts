// Schedules of faults and the clock of tests, for the authors of adapters and transports.
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
