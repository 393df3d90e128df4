import {
  adapterScenarios,
  ConformanceError,
  type Scenario,
  type TransportRig,
  transportScenarios,
} from '@towline/conformance';
import { MemoryNetwork } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import { adapterOptions, type AdapterUnderTest } from './support/adapter-options.ts';
import { ForwardOnly, WrongTotals } from './support/broken-sources.ts';
import { Hangs } from './support/broken-targets.ts';
import { alteredRig } from './support/transport-rig.ts';

function adapterScenario(id: string, adapter: AdapterUnderTest): Scenario {
  const scenario = adapterScenarios(adapterOptions(adapter)).find((candidate) => candidate.id === id);
  if (!scenario) throw new Error(`there is no ${id}`);
  return scenario;
}

const failureOf = (scenario: Scenario, signal?: AbortSignal): Promise<unknown> =>
  scenario.run(signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

function without<T extends object, K extends keyof T>(whole: T, ...keys: readonly K[]): Omit<T, K> {
  const rest = { ...whole };
  for (const key of keys) delete rest[key];
  return rest;
}

/** The seed of a failure under faults, whatever it is. */
async function seedOf(seed?: number): Promise<number | undefined> {
  const options = seed === undefined ? {} : { seed };
  const error = await failureOf(adapterScenario('lost-and-repeated', { source: ForwardOnly, options }));
  return (error as ConformanceError).seed;
}

describe('a scenario that fails', () => {
  it('says the rule, what was expected, what was seen, and where to read on', async () => {
    const error = await failureOf(adapterScenario('description', { source: WrongTotals }));
    expect(error).toBeInstanceOf(ConformanceError);
    expect(error).toMatchObject({ rule: 'L7', seen: '1', seed: undefined });
    expect((error as Error).message.split('\n')).toEqual([
      'rule L7 is broken',
      '  expected: totalBytes of an empty list in chunks of 500 bytes to be what is produced (0)',
      '  seen: 1',
      '  see docs/writing-an-adapter.md#nothing-is-believed',
    ]);
  });

  it('says the seed of its faults, and fails with it again', async () => {
    const seed = await seedOf();
    expect(seed).toBeTypeOf('number');
    expect(await seedOf(seed)).toBe(seed);
  });

  it('cleans up, and tells what went wrong first', async () => {
    let cleaned = 0;
    const cleanup = () => {
      cleaned += 1;
      throw new Error('cannot clean up');
    };
    const broken = await failureOf(adapterScenario('description', { source: WrongTotals, options: { cleanup } }));
    expect(broken).toMatchObject({ rule: 'L7', seen: '1' });
    const sound = await failureOf(adapterScenario('description', { options: { cleanup } }));
    expect(sound).toMatchObject({ expected: 'cleaning up', seen: 'Error: cannot clean up' });
    expect(cleaned).toBe(2);
  });

  it('tells a rig that cannot be closed', async () => {
    const setup = () => ({ ...alteredRig(), teardown: () => new Promise<void>(() => {}) });
    await expect(transportScenarios({ setup, patienceMs: 10 })).rejects.toThrow(
      'setup() to make a rig, which can be closed\n  seen: nothing within 10 ms',
    );
  });
});

describe('the signal of a scenario', () => {
  const reason = new Error('the run was stopped');

  it('that has aborted keeps it from beginning', async () => {
    let made = 0;
    const consumer = () => {
      made += 1;
      throw new Error('not to be called');
    };
    const error = await failureOf(adapterScenario('round-trip', { options: { consumer } }), AbortSignal.abort(reason));
    expect({ error, made }).toEqual({ error: reason, made: 0 });
  });

  it('ends an adapter’s scenario that hangs, and it cleans up', async () => {
    const control = new AbortController();
    let cleaned = false;
    const options = { cleanup: () => void (cleaned = true) };
    const failing = failureOf(adapterScenario('round-trip', { target: Hangs, options }), control.signal);
    setImmediate(() => control.abort(reason));
    expect(await failing).toBe(reason);
    expect(cleaned).toBe(true);
  });

  it('ends a transport’s scenario that waits, and its transports are closed', async () => {
    const rigs: TransportRig[] = [];
    const setup = async (): Promise<TransportRig> => {
      const rig = alteredRig();
      await rig.pause?.();
      rigs.push(rig);
      return rig;
    };
    const scenario = (await transportScenarios({ setup })).find(({ id }) => id === 'in-order') as Scenario;
    const control = new AbortController();
    const failing = failureOf(scenario, control.signal);
    setImmediate(() => control.abort(reason));
    expect(await failing).toBe(reason);
    const message = { header: new Uint8Array(1), body: [] };
    await expect(rigs.at(-1)?.dialler.send('other', message)).rejects.toThrow('this transport is closed');
  });
});

describe('an ability', () => {
  it('that is not declared is named by the scenarios that need it, which refuse to run', async () => {
    const options = without(adapterOptions(), 'chunkSizes', 'failingDownloadable', 'failingConsumer');
    const missing = adapterScenarios(options).filter((scenario) => scenario.missing.length > 0);
    expect(missing.map(({ id, needs, missing }) => ({ id, needs, missing }))).toEqual([
      { id: 'chunk-sizes', needs: ['chunkSizes'], missing: ['chunkSizes'] },
      { id: 'source-fails', needs: ['failingDownloadable'], missing: ['failingDownloadable'] },
      { id: 'target-fails', needs: ['failingConsumer'], missing: ['failingConsumer'] },
    ]);
    await expect(missing[0]?.run()).rejects.toThrow('chunk-sizes needs chunkSizes');
  });

  it('of a transport is one that its rig has', async () => {
    const network = new MemoryNetwork();
    const setup = () => ({ dialler: network.endpoint('dialler'), listener: network.endpoint('listener') });
    const missing = (await transportScenarios({ setup })).filter((scenario) => scenario.missing.length > 0);
    expect(missing.map(({ id }) => id)).toEqual([
      'aborted-while-waiting',
      'backpressure',
      'links-are-apart',
      'link-is-cut',
      'hostile-bytes',
    ]);
  });
});

it('ids are unique', async () => {
  for (const scenarios of [adapterScenarios(adapterOptions()), await transportScenarios({ setup: () => alteredRig() })])
    expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
});
