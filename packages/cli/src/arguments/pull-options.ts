import { parseChoice, parseName } from './values.ts';

/** What `pull` was asked to do; checked once, trusted from here on. */
export interface PullOptions {
  /** The ticket as it was typed: `-`, `@FILE`, or itself. Absent: the environment's. */
  readonly ticket?: string;
  readonly directory: string;
  readonly name?: string;
  /** What `--only` lets through; empty: everything. */
  readonly only: readonly string[];
  readonly base?: string;
  readonly overwrite: boolean;
  readonly digest?: Digest;
  readonly json: boolean;
  readonly quiet: boolean;
}

const digestWords = ['sha256'] as const;
/** What `--digest` can compute of a received file. */
export type Digest = (typeof digestWords)[number];

/** The flags of `pull` as they were typed. */
export interface RawPullFlags {
  readonly out?: string;
  readonly name?: string;
  readonly only?: readonly string[];
  readonly base?: string;
  readonly overwrite?: true;
  readonly digest?: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** Checks the words of a call of `pull` (rule C2). */
export function pullOptions(ticket: string | undefined, raw: RawPullFlags): PullOptions {
  return {
    ...(ticket === undefined ? {} : { ticket }),
    directory: raw.out ?? '.',
    ...(raw.name === undefined ? {} : { name: parseName('--name', raw.name) }),
    only: raw.only ?? [],
    ...(raw.base === undefined ? {} : { base: raw.base }),
    overwrite: raw.overwrite ?? false,
    ...(raw.digest === undefined ? {} : { digest: parseChoice('--digest', raw.digest, digestWords) }),
    json: raw.json ?? false,
    quiet: raw.quiet ?? false,
  };
}
