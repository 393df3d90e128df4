import { codecs } from '@towline/adapter-arrow/codecs';
import { type ArrowReport, validateBytes } from '@towline/adapter-arrow/validate';
import { describe, expect, it } from 'vitest';
import { verdictOfPromise } from '../support/expect-format-error.ts';
import { craftedCases, fixture, fuzzCases, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { fileOf, sampleBatches, streamSamples } from '../support/samples.ts';

const validate = (bytes: Uint8Array): Promise<ArrowReport> => validateBytes(bytes, { codecs: codecs() });

async function verdict(bytes: Uint8Array): Promise<'accept' | 'refuse'> {
  return (await verdictOfPromise(validate(bytes))) === 'accepted' ? 'accept' : 'refuse';
}

describe.runIf(hasFixtures)('golden files', () => {
  it.each(goldenCases())('$file is sound, and has its rows', async ({ file, rows, bigEndian }) => {
    const report = await validate(fixture(`arrow/${file}`));
    expect(report.valuesChecked).toBe(!bigEndian);
    expect(report.rows).toBe(rows ?? report.rows);
  });

  it.each(goldenCases())(
    '$file is kept from becoming values exactly when the library gets it wrong',
    async ({ file, apacheArrow }) => {
      const { obstacles } = await validate(fixture(`arrow/${file}`));
      expect(obstacles.length > 0).toBe(apacheArrow !== 'lossless');
    },
  );
});

describe.runIf(hasFixtures)('crafted files', () => {
  it.each(craftedCases())('$expect: $file ($why)', async ({ file, expect: expected }) => {
    const allowed = {
      accept: ['accept'],
      refuse: ['refuse'],
      'accept-or-refuse': ['accept', 'refuse'],
      // Rows without bytes could be read lazily; they are refused here.
      'refuse-or-lazy': ['refuse'],
      // Cut between two messages: only the transfer can know.
      'refuse-by-length': ['accept', 'refuse'],
    }[expected];
    expect(allowed).toContain(await verdict(fixture(`arrow/crafted/${file}`)));
  });
});

describe.runIf(hasFixtures)('inputs that once broke a reader', () => {
  it.each(fuzzCases())('$file is refused with a typed error, or sound', async ({ file }) => {
    expect(['accept', 'refuse']).toContain(await verdict(fixture(`arrow/fuzz/${file}`)));
  });
});

describe('tables written by the library', () => {
  it.each(streamSamples())('a stream with a column $name is sound', async ({ bytes }) => {
    const report = await validate(bytes);
    expect(report).toMatchObject({
      container: 'stream',
      rows: 60,
      batches: 3,
      valuesChecked: true,
      ended: true,
      obstacles: [],
    });
  });

  it('a file is sound', async () => {
    expect(await validate(fileOf(sampleBatches()))).toMatchObject({
      container: 'file',
      rows: 60,
      batches: 3,
      obstacles: [],
    });
  });
});
