import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = new URL('../../../../../shared/fixtures/', import.meta.url);

/** Whether the shared fixtures are there. Tests that need them say so when they are not, and use inputs of their own. */
export const hasFixtures: boolean = existsSync(new URL('arrow/golden-manifest.json', directory));
if (!hasFixtures)
  console.warn(`No fixtures in ${fileURLToPath(directory)}: inputs made by these tests are used instead.`);

export interface GoldenCase {
  readonly file: string;
  /** The file with the true values. */
  readonly json: string;
  readonly bigEndian: boolean;
  /** `null` where the library could not count them. */
  readonly rows: number | null;
  readonly apacheArrow: 'lossless' | 'read-wrong' | 'schema-wrong' | 'unreadable';
}

export interface CraftedCase {
  readonly file: string;
  readonly expect: 'accept' | 'refuse' | 'accept-or-refuse' | 'refuse-or-lazy' | 'refuse-by-length';
  readonly why: string;
}

export interface FuzzCase {
  readonly file: string;
}

export const goldenCases = (): readonly GoldenCase[] => manifest('arrow/golden-manifest.json') as GoldenCase[];
export const craftedCases = (): readonly CraftedCase[] => manifest('arrow/crafted-manifest.json') as CraftedCase[];
export const fuzzCases = (): readonly FuzzCase[] => manifest('arrow/fuzz-manifest.json') as FuzzCase[];

/** Bytes of a fixture, by its path in the folder of fixtures. */
export function fixture(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(path, directory)));
}

function manifest(path: string): unknown {
  return hasFixtures ? JSON.parse(readFileSync(new URL(path, directory), 'utf8')) : [];
}
