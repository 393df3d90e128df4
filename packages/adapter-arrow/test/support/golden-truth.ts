import { gunzipSync } from 'node:zlib';
import { fixture } from './fixtures.ts';

interface JsonColumn {
  readonly name: string;
  readonly VALIDITY: readonly (0 | 1)[];
  readonly DATA: readonly (string | number)[];
}

/** The true values of a golden file with flat columns only, as text, `null` where there is none. */
export function flatTruth(jsonFile: string): ReadonlyMap<string, readonly (string | null)[]> {
  const { batches } = JSON.parse(gunzipSync(fixture(`arrow/${jsonFile}`)).toString()) as {
    batches: readonly { columns: readonly JsonColumn[] }[];
  };
  const columns = new Map<string, (string | null)[]>();
  for (const { name, VALIDITY, DATA } of batches.flatMap((batch) => batch.columns)) {
    const values = DATA.map((value, slot) => (VALIDITY[slot] === 1 ? String(value) : null));
    columns.set(name, [...(columns.get(name) ?? []), ...values]);
  }
  return columns;
}
