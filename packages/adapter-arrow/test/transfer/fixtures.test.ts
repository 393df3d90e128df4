import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadObject } from '@towline/downloader-core';
import { isDownloadError } from '@towline/downloader-core/spi';
import { type Table, tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { addTable, IpcConsumer } from '../../src/index.ts';
import { addArrowFile, downloadArrowFile, downloadTable } from '../../src/node/index.ts';
import { craftedCases, fixture, fuzzCases, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { flatTruth } from '../support/golden-truth.ts';
import { share } from '../support/pair.ts';
import { valuesOf } from '../support/tables.ts';

const chunkBytes = 1_000;
type Verdict = Table | { readonly code: string };

/** The table, or the code of the typed error: nothing else may come. */
async function asValues(bytes: Uint8Array): Promise<Verdict> {
  try {
    const { ref, receiver } = await share((transaction) => addTable(transaction, bytes, { chunkBytes }));
    return await downloadTable(receiver, ref);
  } catch (thrown) {
    if (!isDownloadError(thrown)) throw thrown;
    return { code: thrown.code };
  }
}

async function asBytes(bytes: Uint8Array): Promise<Uint8Array | { readonly code: string }> {
  try {
    const { ref, receiver } = await share((transaction) => addTable(transaction, bytes, { chunkBytes }));
    return await downloadObject(receiver, ref, new IpcConsumer());
  } catch (thrown) {
    if (!isDownloadError(thrown)) throw thrown;
    return { code: thrown.code };
  }
}

describe.runIf(hasFixtures)('golden files', () => {
  it.each(goldenCases())('$file arrives byte for byte, in memory and on a disk', async ({ file }) => {
    const bytes = fixture(`arrow/${file}`);
    expect(Buffer.from((await asBytes(bytes)) as Uint8Array).equals(bytes)).toBe(true);
    const folder = mkdtempSync(join(tmpdir(), 'towline-golden-'));
    writeFileSync(join(folder, 'in.arrow'), bytes);
    const source = join(folder, 'in.arrow');
    const { ref, receiver } = await share((transaction) => addArrowFile(transaction, source, { chunkBytes }));
    const { path } = await downloadArrowFile(receiver, ref, { directory: folder, name: 'out.arrow', fsync: false });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it.each(goldenCases())(
    '$file becomes the values that are true, or is refused where the library cannot have them',
    async ({ file, json, rows, apacheArrow }) => {
      const bytes = fixture(`arrow/${file}`);
      const received = await asValues(bytes);
      if (apacheArrow !== 'lossless') return expect(received).toEqual({ code: 'not_as_values' });
      if ('code' in received) throw new Error(`refused: ${received.code}`);
      expect(received.numRows).toBe(rows);
      if (file.includes('compression')) {
        for (const [name, values] of flatTruth(json)) {
          const column = received.getChild(name);
          expect(
            Array.from(column ?? [], (value: number | bigint | string | null) =>
              value === null ? null : String(value),
            ),
          ).toEqual(values);
        }
        return;
      }
      // The library reads these without a loss (measured against the truth of the files), so its own reading is the truth.
      const truth = tableFromIPC(bytes);
      expect(String(received.schema)).toBe(String(truth.schema));
      expect(valuesOf(received)).toBe(valuesOf(truth));
    },
  );

  it.each(goldenCases().filter(({ apacheArrow }) => apacheArrow === 'lossless'))(
    '$file, handed over once more as a table, is the same',
    async ({ file }) => {
      const once = (await asValues(fixture(`arrow/${file}`))) as Table;
      const { ref, receiver } = await share((transaction) => addTable(transaction, once, { chunkBytes }));
      const again = await downloadTable(receiver, ref);
      expect(String(again.schema)).toBe(String(once.schema));
      expect(valuesOf(again)).toBe(valuesOf(once));
    },
  );
});

describe.runIf(hasFixtures)('the table of 200,000 flights', () => {
  it('arrives byte for byte, and with equal values', async () => {
    const bytes = fixture('real/flights-200k.arrow');
    expect(Buffer.from((await asBytes(bytes)) as Uint8Array).equals(bytes)).toBe(true);
    const received = (await asValues(bytes)) as Table;
    const truth = tableFromIPC(bytes);
    expect(String(received.schema)).toBe(String(truth.schema));
    for (const { name } of truth.schema.fields)
      expect(received.getChild(name)?.toArray()).toEqual(truth.getChild(name)?.toArray());
  });
});

describe.runIf(hasFixtures)('crafted files', () => {
  it.each(craftedCases())('$expect: $file ($why)', async ({ file, expect: expected }) => {
    const bytes = fixture(`arrow/crafted/${file}`);
    const received = await asBytes(bytes);
    if ('code' in received) expect(received).toEqual({ code: 'bad_arrow' });
    else expect(Buffer.from(received).equals(bytes)).toBe(true);
    const values = await asValues(bytes);
    const verdict = 'code' in values ? values.code : 'accept';
    const refusals = ['bad_arrow', 'bad_values', 'bad_description', 'not_as_values', 'bad_selection', 'incomplete'];
    if (expected === 'accept') expect(verdict).toBe('accept');
    else if (expected === 'refuse' || expected === 'refuse-or-lazy') expect(refusals).toContain(verdict);
    else expect(['accept', ...refusals]).toContain(verdict);
  });
});

describe.runIf(hasFixtures)('inputs that once broke a reader', () => {
  it.each(fuzzCases())('$file arrives as it is or is refused, and never becomes a wrong value', async ({ file }) => {
    const bytes = fixture(`arrow/fuzz/${file}`);
    const received = await asBytes(bytes);
    if ('code' in received) expect(received).toEqual({ code: 'bad_arrow' });
    else expect(Buffer.from(received).equals(bytes)).toBe(true);
    const values = await asValues(bytes);
    // One claims 2^24 rows that nothing backs, which is the limit for that.
    if (!('code' in values) && values.numRows < 100_000) expect(valuesOf(values)).toEqual(expect.any(String));
  });
});
