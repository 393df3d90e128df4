import { ConformanceError } from './finding.ts';
import { bounded } from './bounded.ts';

/** One thing that an implementation must do. Needs no test runner: `run` resolves, or rejects with what went wrong. */
export interface Scenario {
  /** Stable and unique within its suite: `round-trip`. */
  readonly id: string;
  /** The rule of the contract that it shows: `S3`. */
  readonly rule: string;
  /** What a user would say of it. */
  readonly title: string;
  /** Abilities that it needs: optional members of the suite's options. */
  readonly needs: readonly string[];
  /** Those of them that were not declared; not empty: it cannot run, and `run` rejects with a `TypeError`. */
  readonly missing: readonly string[];
  /**
   * Rejects with a {@link ConformanceError}, or with the reason of the signal as soon as that aborts. Always ends: what
   * hangs fails after the suite's patience. Cleans up in either case.
   */
  readonly run: (signal?: AbortSignal) => Promise<void>;
}

/** What a suite says of a scenario; `B` is what its scenarios work with. */
export interface Definition<B, A extends string> {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly needs?: readonly A[];
  readonly run: (bench: B) => Promise<void>;
}

/** What a scenario is told beside its implementation. */
export interface ScenarioContext {
  readonly check: Check;
  /** Aborts when the scenario is to end, whatever it waits for. */
  readonly signal: AbortSignal;
}

/** Throws a {@link ConformanceError} unless `holds`. `seed` makes what was seen happen again. */
export type Check = (holds: boolean, expected: string, seen: string | (() => string), seed?: number) => void;

/** How a suite runs its scenarios. */
export interface SuiteParts<B> {
  readonly kind: 'adapter' | 'transport';
  /** Abilities that were declared. */
  readonly declared: ReadonlySet<string>;
  /** How long a scenario may take, and cleaning up after it. */
  readonly patienceMs: number;
  /** Makes what a scenario works with, and says how to clean up. */
  open(context: ScenarioContext): Promise<{ readonly bench: B; close(): Promise<void> }>;
}

/** Makes a scenario of its definition. */
export function scenarioOf<B, A extends string>(definition: Definition<B, A>, suite: SuiteParts<B>): Scenario {
  const { id, rule, title, needs = [] } = definition;
  const missing = needs.filter((ability) => !suite.declared.has(ability));
  const run = async (signal?: AbortSignal): Promise<void> => {
    if (missing.length > 0) throw new TypeError(`${id} needs ${missing.join(', ')}`);
    await runDefinition(definition, suite, signal);
  };
  return { id, rule, title, needs, missing, run };
}

async function runDefinition<B, A extends string>(
  { rule, run }: Definition<B, A>,
  suite: SuiteParts<B>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { kind, patienceMs } = suite;
  const check: Check = (holds, expected, seen, seed) => {
    if (holds) return;
    throw new ConformanceError({ kind, rule, expected, seen: typeof seen === 'string' ? seen : seen(), seed });
  };
  let close: (() => Promise<void>) | undefined;
  const work = async (ending: AbortSignal): Promise<void> => {
    const opened = await suite.open({ check, signal: ending });
    close = () => opened.close();
    await run(opened.bench);
  };
  const what = { kind, rule, patienceMs };
  const [ran] = await Promise.allSettled([bounded(work, { ...what, expected: 'the scenario to go on', signal })]);
  const [closed] = await Promise.allSettled([bounded(async () => close?.(), { ...what, expected: 'cleaning up' })]);
  // What went wrong first is what matters.
  for (const end of [ran, closed]) if (end.status === 'rejected') throw end.reason;
}
