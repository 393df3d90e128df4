import { bounded } from '../bounded.ts';
import { type Scenario, scenarioOf, type SuiteParts } from '../scenario.ts';
import { TransportBench } from './bench.ts';
import { transportDefinitions } from './definitions.ts';
import type { TransportAbility, TransportOptions, TransportRig } from './options.ts';

const abilities: readonly TransportAbility[] = ['cut', 'pause', 'other', 'hostile'];
const defaultPatienceMs = 10_000;

/** The scenarios that a transport must pass. Calls `setup` once, to see what the rig can do. */
export async function transportScenarios(options: TransportOptions): Promise<Scenario[]> {
  const { patienceMs = defaultPatienceMs } = options;
  const suite: SuiteParts<TransportBench> = {
    kind: 'transport',
    declared: await declaredBy(options, patienceMs),
    patienceMs: 4 * patienceMs,
    open: async (context) => {
      const rig = await options.setup();
      return { bench: new TransportBench(rig, context, patienceMs), close: () => close(rig) };
    },
  };
  return transportDefinitions.map((definition) => scenarioOf(definition, suite));
}

async function declaredBy(options: TransportOptions, patienceMs: number): Promise<Set<TransportAbility>> {
  const declared = new Set<TransportAbility>();
  const look = async (): Promise<void> => {
    const rig = await options.setup();
    for (const ability of abilities) if (rig[ability] !== undefined) declared.add(ability);
    await close(rig);
  };
  const expected = 'setup() to make a rig, which can be closed';
  await bounded(look, { kind: 'transport', rule: 'W1', expected, patienceMs });
  return declared;
}

async function close(rig: TransportRig): Promise<void> {
  const transports = [rig.dialler, rig.listener, ...(rig.other ? [rig.other] : [])];
  await Promise.all(transports.map((transport) => transport.close()));
  await rig.teardown?.();
}
