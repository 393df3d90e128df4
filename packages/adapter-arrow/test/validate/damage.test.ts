import { codecs } from '@towline/adapter-arrow/codecs';
import {
  BatchValidator,
  StreamParser,
  readSchemaMessage,
  requireValues,
  walkFileBytes,
} from '@towline/adapter-arrow/validate';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrowFormatErrorCodes } from '../../src/validate/errors.ts';
import { verdictOf } from '../support/expect-format-error.ts';
import { fixture, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { fileOf, sampleBatches, streamSamples } from '../support/samples.ts';

const outcomes = ['accepted', ...Object.keys(arrowFormatErrorCodes)];
const ownStreams = streamSamples().map(({ bytes }) => bytes);
const goldenStreams = hasFixtures
  ? goldenCases()
      .filter(({ file, bigEndian }) => file.endsWith('.stream') && !bigEndian)
      .map(({ file }) => fixture(`arrow/${file}`))
  : [];

/** Passes a stream in memory through parser, schema and validator; throws what they throw. */
function validateAll(stream: Uint8Array): void {
  const parser = new StreamParser();
  const messages = [...parser.push(stream), ...parser.finish()].filter((piece) => piece.kind === 'message');
  const [first, ...batches] = messages;
  const schema = readSchemaMessage(first?.metadata ?? new Uint8Array(0));
  const validator = new BatchValidator(schema, { codecs: codecs(), limits: { maxRows: 10_000 } });
  for (const { metadata, offset, length, bodyBytes } of batches) {
    const end = offset + length;
    validator.checkBody(validator.checkMetadata(metadata), stream.subarray(end - bodyBytes, end));
  }
  requireValues(schema);
}

/** Looks at every value, as an application would; returns how many rows there were. */
function readEverything(stream: Uint8Array): number {
  const table = tableFromIPC(stream);
  for (const row of table)
    JSON.stringify(row?.toJSON(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return table.numRows;
}

function flipped(bytes: Uint8Array, flips: readonly (readonly [position: number, bit: number])[]): Uint8Array {
  const changed = bytes.slice();
  for (const [position, bit] of flips) {
    const at = position % changed.length;
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  }
  return changed;
}

const someFlips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 3 });

describe('a stream with flipped bits', () => {
  it('ends in a typed error, or is sound and read by the library without one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ownStreams), someFlips, (stream, flips) => {
        const damaged = flipped(stream, flips);
        const verdict = verdictOf(() => validateAll(damaged));
        expect(outcomes).toContain(verdict);
        const rows = verdict === 'accepted' ? readEverything(damaged) : 0;
        expect(rows).toBeLessThanOrEqual(3 * 10_000);
      }),
      { numRuns: 1500 },
    );
  });

  it.runIf(goldenStreams.length > 0)('of any golden kind ends in a typed error, or is sound', () => {
    fc.assert(
      fc.property(fc.constantFrom(...goldenStreams), someFlips, (stream, flips) => {
        expect(outcomes).toContain(verdictOf(() => validateAll(flipped(stream, flips))));
      }),
      { numRuns: 1500 },
    );
  });

  it('or cut at any byte, ends in a typed error or between two messages', () => {
    const [stream] = ownStreams.toSorted((a, b) => a.length - b.length);
    const whole = stream ?? new Uint8Array(0);
    const borders = new Set(new StreamParser().push(whole).map(({ offset, length }) => offset + length));
    for (let end = 0; end < whole.length; end++) {
      const verdict = verdictOf(() => validateAll(whole.subarray(0, end)));
      expect([end, verdict]).toEqual([end, borders.has(end) ? 'accepted' : 'truncated']);
    }
  });
});

describe('a file with flipped bits', () => {
  it('ends in a typed error, or still tiles', () => {
    const file = fileOf(sampleBatches());
    fc.assert(
      fc.property(someFlips, (flips) => {
        expect(outcomes).toContain(verdictOf(() => walkFileBytes(flipped(file, flips))));
      }),
      { numRuns: 1000 },
    );
  });
});
