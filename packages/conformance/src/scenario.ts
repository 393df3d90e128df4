/** One thing that an implementation must do. Needs no test runner: `run` resolves, or rejects with what went wrong. */
export interface Scenario {
  /** Stable and unique within its suite: `round-trip`. */
  readonly id: string;
  /** The rule of the contract that it shows: `S3`. */
  readonly rule: string;
  /** What a user would say of it. */
  readonly title: string;
  /** Abilities that were not declared and without which it cannot run; empty: it runs. */
  readonly missing: readonly string[];
  run(signal?: AbortSignal): Promise<void>;
}

/** Where the guides say what to do about a failure. */
const guides = { adapter: 'docs/writing-an-adapter.md', transport: 'docs/writing-a-transport.md' } as const;

/** An implementation broke a rule. The message says which, what was expected, what was seen, and how to see it again. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
  readonly rule: string;

  constructor(
    rule: string,
    expected: string,
    seen: string,
    { kind, seed }: { kind: 'adapter' | 'transport'; seed?: number },
  ) {
    const again = seed === undefined ? '' : `\n  seed: ${seed}`;
    super(`rule ${rule} is broken\n  expected: ${expected}\n  seen: ${seen}${again}\n  see ${guides[kind]}`);
    this.rule = rule;
  }
}

/** Throws a {@link ConformanceError} unless `holds`. */
export type Check = (holds: boolean, expected: string, seen: string | (() => string)) => void;

/** The check of one scenario. */
export function checker(kind: 'adapter' | 'transport', rule: string, seed?: number): Check {
  return (holds, expected, seen) => {
    if (holds) return;
    const said = typeof seen === 'string' ? seen : seen();
    throw new ConformanceError(rule, expected, said, seed === undefined ? { kind } : { kind, seed });
  };
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
