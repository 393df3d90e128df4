import { reasonOf } from '@towline/downloader-core/spi';

/** Where the guides say what to do about a failure. */
const guides = { adapter: 'docs/writing-an-adapter.md', transport: 'docs/writing-a-transport.md' } as const;

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
    const text = `rule ${rule} is broken\n  expected: ${expected}\n  seen: ${seen}${again}\n  see ${guides[kind]}`;
    super(text, cause === undefined ? undefined : { cause });
    this.rule = rule;
    this.expected = expected;
    this.seen = seen;
    this.seed = seed;
  }
}

/** What was thrown, for the line that says what was seen. */
export function thrownText(thrown: unknown): string {
  return `${thrown instanceof Error ? thrown.name : typeof thrown}: ${reasonOf(thrown)}`;
}
