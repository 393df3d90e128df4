import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../../../../shared/fixtures/safetensors/', import.meta.url);

/** One case of the fixtures' manifest. */
export interface Fixture {
  readonly file: string;
  readonly valid: boolean;
  readonly policy: 'must' | 'either';
  readonly rule: string;
  readonly why: string;
  readonly canonical?: { readonly file: string };
}

export const fixturesPresent: boolean = existsSync(new URL('manifest.json', folder));

/** The cases of the manifest, or none where the fixtures are not there. */
export const fixtures: readonly Fixture[] = fixturesPresent
  ? (JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Fixture[])
  : [];

/** A file of the fixtures by its path in their folder. */
export function fixtureBytes(path: string): Uint8Array {
  return readFileSync(new URL(path, folder));
}

export function fixturePath(path: string): string {
  return fileURLToPath(new URL(path, folder));
}
