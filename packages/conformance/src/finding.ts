import { reasonOf } from '@towline/downloader-core/spi';

/** Where a guide says more of a rule; of others, all that it says of rules. */
const headings = {
  adapter: {
    S1: 'the-state-is-all-there-is',
    S3: 'the-state-is-all-there-is',
    S5: 'the-state-is-all-there-is',
    S9: 'the-state-is-all-there-is',
    L2: 'the-state-is-all-there-is',
    S7: 'packing-items',
    M4: 'whose-bytes-they-are',
    S6: 'errors',
    D1: 'errors',
    I4: 'nothing-half-done',
    E3: 'nothing-half-done',
    L7: 'nothing-is-believed',
    L1: 'its-test',
    L5: 'consumer',
  },
  transport: {
    R9: 'who-sends',
    M4: 'buffers',
    S1: 'strangers',
    L9: 'errors-and-aborts',
    L4: 'errors-and-aborts',
    W4: 'backpressure-links-limits',
    T1: 'the-contract',
  },
} as const satisfies Record<Finding['kind'], Readonly<Record<string, string>>>;

/** Where the guide says what a rule is for: a page of the repository and a heading of it. */
export function readOn(kind: Finding['kind'], rule: string): string {
  const named: Readonly<Record<string, string>> = headings[kind];
  return `docs/writing-${kind === 'adapter' ? 'an-adapter' : 'a-transport'}.md#${named[rule] ?? 'the-rules-and-what-happens-without-them'}`;
}

/** What a {@link ConformanceError} says. */
export interface Finding {
  /** What the suite is for; decides which guide the message leads to. */
  readonly kind: 'adapter' | 'transport';
  /** The rule of the contract: `S3`. */
  readonly rule: string;
  /** What the rule asks for. */
  readonly expected: string;
  /** What happened instead. */
  readonly seen: string;
  /** Makes it happen again, when faults were drawn. */
  readonly seed?: number | undefined;
  /** What was thrown, if that is what happened. */
  readonly cause?: unknown;
}

/** An implementation broke a rule. The message says which, what was expected, what was seen, and how to see it again. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
  /** The rule of the contract: `S3`. */
  readonly rule: string;
  /** What the rule asks for, as a sentence of its own. */
  readonly expected: string;
  /** What happened instead. */
  readonly seen: string;
  /** Given to the suite as `seed` it draws the same faults again; `undefined` when none were drawn. */
  readonly seed: number | undefined;

  /** Makes the message of what was found, with a link to the guide. */
  constructor({ kind, rule, expected, seen, seed, cause }: Finding) {
    const again = seed === undefined ? '' : `\n  seed: ${seed} (give it to the suite as \`seed\` to see it again)`;
    const text = `rule ${rule} is broken\n  expected: ${expected}\n  seen: ${seen}${again}\n  see ${readOn(kind, rule)}`;
    super(text, cause === undefined ? undefined : { cause });
    this.rule = rule;
    this.expected = expected;
    this.seen = seen;
    this.seed = seed;
  }
}

/** What was thrown, for the line that says what was seen: assertions say more below their first one, and that is in the cause. */
export function thrownText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `${typeof thrown}: ${reasonOf(thrown)}`;
  const [line = ''] = thrown.message.split('\n', 1);
  return `${thrown.name}: ${reasonOf(line || thrown)}`;
}
