import { adapterScenarios, ConformanceError } from '@towline/conformance';
import { describe, expect, it } from 'vitest';
import { adapterOptions, type AdapterUnderTest } from '../support/adapter-options.ts';
import * as sources from '../support/broken-sources.ts';
import * as states from '../support/broken-states.ts';
import * as targets from '../support/broken-targets.ts';

/** One fault, the scenario that finds it, the rule that this names, an adapter that has it, and what is said of it. */
type Row = readonly [fault: string, id: string, rule: string, adapter: AdapterUnderTest, says: RegExp];

const swallowing = { failingConsumer: () => new targets.SwallowsErrors(new Set()) };
const ending: AdapterUnderTest['options'] = {
  failingDownloadable: (items, { chunkBytes }) => new sources.EndsWhereItFails(items, chunkBytes),
};

const rows: readonly Row[] = [
  ['keeps a position', 'same-state-same-bytes', 'S3', { source: sources.Stateful }, /to be the same/],
  ['cuts by receiver', 'same-state-same-bytes', 'S3', { source: sources.BordersByReceiver }, /for everybody/],
  ['shares a position', 'several-receivers', 'S3', { source: sources.SharedPosition }, /to three receivers/],
  ['cannot go back', 'lost-and-repeated', 'L2', { source: sources.ForwardOnly }, /under faults[^]*seed: [123]\b/],
  ['cannot go back', 'link-is-cut', 'L2', { source: sources.ForwardOnly }, /link cut at message \d/],
  ['loses bytes at borders', 'round-trip', 'L1', { source: sources.LosesAtBorders }, /many arrays as it is/],
  ['refuses a chunk size', 'chunk-sizes', 'S3', { source: sources.SmallChunksOnly }, /no such chunk size/],
  ['lets go too early', 'credits', 'S9', { source: sources.LetsGoTooEarly }, /window of 1 bytes/],
  ['says that it owns its source', 'detaching-transport', 'M4', { source: sources.OwnsItsSource }, /detaches/],
  ['has a Map in its state', 'states-travel', 'S7', { source: states.StateIsMap }, /state.extra is a Map/],
  ['has a Date in its state', 'states-travel', 'S7', { source: states.StateIsDate }, /state.extra is a Date/],
  ['has a bigint in its state', 'states-travel', 'S7', { source: states.StateIsBigint }, /state.extra is a bigint/],
  ['knows states by identity', 'states-travel', 'S7', { source: states.StateByIdentity }, /not my state/],
  ['has a large state', 'chunk-limits', 'S7', { source: states.LargeState }, /at most 65536 bytes/],
  ['makes large chunks', 'chunk-limits', 'S7', { source: sources.LargeChunks }, /chunks of .* of at most 500 bytes/],
  ['takes any state', 'bad-states', 'S1', { source: states.TakesAnyState }, /refuse the state null/],
  ['takes any number', 'bad-states', 'S1', { source: states.TakesAnyNumber }, /refuse the state .*-1/],
  ['ends once', 'end-is-the-end', 'S5', { source: sources.EndsOnce }, /closed/],
  ['tells wrong bytes', 'description', 'L7', { source: sources.WrongTotals }, /totalBytes of .*\(0\)[^]*seen: 1/],
  ['tells wrong items', 'description', 'L7', { source: sources.WrongItems }, /totalItems/],
  ['has one buffer', 'bytes-stay', 'M4', { source: sources.OneBuffer }, /written again/],
  ['mixes up its buffers', 'recycled', 'M4', { source: sources.PoolMixesUp }, /given back by recycle/],
  ['throws in release()', 'released', 'E3', { source: sources.CannotRelease }, /release\(\) threw: already closed/],
  ['ends where its source fails', 'source-fails', 'S6', { options: ending }, /a download that resolved/],
  ['keeps lent bytes', 'bytes-are-lent', 'M4', { target: targets.KeepsLentBytes }, /the lists differ/],
  ['reads around lent bytes', 'bytes-are-lent', 'M4', { target: targets.ReadsAround }, /odd places/],
  ['writes lent bytes', 'bytes-are-lent', 'M4', { target: targets.WritesLentBytes }, /without copyOnDeliver/],
  ['drops the last array', 'round-trip', 'L1', { target: targets.DropsTheLast }, /arrive as it was/],
  ['drops the last chunk', 'round-trip', 'L1', { target: targets.OneBehind }, /arrive as it was/],
  ['swallows errors', 'target-fails', 'D1', { options: swallowing }, /a download that resolved/],
  ['leaves a temporary', 'stopped-half-way', 'I4', { target: targets.LeavesTemporary }, /left: partial/],
  ['fails when it failed', 'stopped-half-way', 'I4', { target: targets.FailsAgain }, /threw Error: cannot remove/],
  ['returns a count', 'consumer-states', 'L5', { target: targets.ReturnsCount }, /seen: number/],
  ['verifies nothing', 'samples-tell', 'L1', { options: { verify: () => {} } }, /apart/],
  ['is tried with one chunk', 'samples-tell', 'L1', { options: { chunkSizes: [65_536] } }, /at least four chunks/],
  ['hangs', 'round-trip', 'L1', { target: targets.Hangs, options: { patienceMs: 200 } }, /within 200 ms/],
];

const scenarioOf = (adapter: AdapterUnderTest, id: string) =>
  adapterScenarios(adapterOptions(adapter)).find((scenario) => scenario.id === id);

describe('an adapter that', () => {
  it.each(rows)('%s is failed by %s', async (_fault, id, rule, adapter, says) => {
    const error: unknown = await scenarioOf(adapter, id)
      ?.run()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConformanceError);
    expect(String(error)).toContain(`rule ${rule} is broken`);
    expect(String(error)).toMatch(says);
  });
});

it('every scenario of an adapter is failed by some broken adapter', () => {
  const failing = new Set(rows.map(([, id]) => id));
  expect(adapterScenarios(adapterOptions()).filter(({ id }) => !failing.has(id))).toEqual([]);
});
