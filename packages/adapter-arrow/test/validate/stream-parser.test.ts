import { type StreamPiece, StreamParser, encodePrefix } from '@towline/adapter-arrow/validate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../support/present.ts';
import { concat, encodeSchema, types } from '../support/encode-schema.ts';
import { codeOf, errorOf } from '../support/expect-format-error.ts';
import { fixture, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { streamSamples } from '../support/samples.ts';
import { expectTiling } from '../support/tiling.ts';

const schema = encodeSchema({ fields: [{ name: 'a', type: types.int32 }] });
const legacyPrefix = (length: number): Uint8Array => encodePrefix(length).subarray(4);

const goldenStreams = hasFixtures ? goldenCases().filter(({ file }) => file.endsWith('.stream')) : [];
const streams = [
  ...streamSamples(),
  ...goldenStreams.map(({ file }) => ({ name: file, bytes: fixture(`arrow/${file}`) })),
];

function piecesOf(bytes: Uint8Array, cuts: readonly number[] = []): StreamPiece[] {
  const parser = new StreamParser();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const pieces = borders.slice(1).flatMap((end, index) => parser.push(bytes.subarray(borders[index], end)));
  return [...pieces, ...parser.finish()];
}

describe('StreamParser', () => {
  it.each(streams)('the pieces of $name tile it', ({ bytes }) => {
    expectTiling(piecesOf(bytes), bytes.length);
  });

  it('the pieces are the same wherever the bytes are cut', () => {
    const anyStream = fc.constantFrom(...streams.map(({ bytes }) => bytes));
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat(), { maxLength: 40 }), (bytes, cuts) => {
        expect(piecesOf(bytes, cuts)).toEqual(piecesOf(bytes));
      }),
    );
  });

  it('the pieces are the same when the bytes come one by one', () => {
    const { bytes } = present(streams.at(0), 'streams');
    const cuts = Array.from(bytes, (_, index) => index);
    expect(piecesOf(bytes, cuts)).toEqual(piecesOf(bytes));
  });

  it('a message is reported before its body is there', () => {
    const parser = new StreamParser();
    const { bytes } = present(streams.at(0), 'streams');
    const messages = piecesOf(bytes).filter((piece) => piece.kind === 'message');
    const batch = present(
      messages.find(({ message }) => message === 'recordBatch'),
      'batch',
    );
    const metadataEnd = batch.offset + batch.prefixBytes + batch.metadataBytes;
    expect(parser.push(bytes.subarray(0, metadataEnd)).at(-1)).toEqual(batch);
    expect(parser.bodyBytesLeft).toBe(batch.bodyBytes);
  });

  it('what it reports does not change when the pushed bytes are overwritten, unless they came in one piece', () => {
    const parser = new StreamParser();
    const whole = concat(encodePrefix(schema.length), schema);
    const halves = [whole.slice(0, 20), whole.slice(20)];
    const [piece] = halves.flatMap((half) => {
      const found = parser.push(half);
      half.fill(0xee);
      return found;
    });
    expect(piece).toMatchObject({ metadata: schema });
  });

  it('a prefix of four bytes, as before format version 0.15, is read', () => {
    const bytes = concat(legacyPrefix(schema.length), schema, legacyPrefix(0));
    const message = {
      kind: 'message',
      message: 'schema',
      version: 5,
      prefixBytes: 4,
      metadataBytes: schema.length,
      bodyBytes: 0,
    };
    expect(piecesOf(bytes)).toMatchObject([message, { kind: 'end', length: 4 }]);
    expectTiling(piecesOf(bytes), bytes.length);
  });

  it('positions count from a given offset', () => {
    const parser = new StreamParser({ offset: 1000 });
    expect(parser.push(concat(encodePrefix(schema.length), schema))).toMatchObject([{ offset: 1000 }]);
  });

  it('a stream without an end marker is whole, and says that it has none', () => {
    const parser = new StreamParser();
    parser.push(concat(encodePrefix(schema.length), schema));
    expect(parser.finish()).toEqual([]);
    expect(parser.ended).toBe(false);
  });

  it('bytes after the end marker are one piece, however they come', () => {
    const bytes = concat(encodePrefix(schema.length), schema, encodePrefix(0), new Uint8Array(100));
    const end = bytes.length - 100;
    expect(piecesOf(bytes, [end + 3, end + 50]).at(-1)).toEqual({ kind: 'trailing', offset: end, length: 100 });
  });

  it('a message of a kind that is not known yet is passed on', () => {
    const newer = schema.slice();
    // `header_type` of the message: the byte that holds 1 for a schema.
    const at = newer.lastIndexOf(1, 40);
    newer[at] = 9;
    expect(piecesOf(concat(encodePrefix(newer.length), newer))).toMatchObject([{ message: 'unknown' }]);
  });
});

const cut = (bytes: Uint8Array): string => codeOf(() => piecesOf(bytes));

describe('StreamParser refuses', () => {
  const whole = concat(encodePrefix(schema.length), schema);

  it('no bytes at all, and an end marker alone', () => {
    expect(cut(new Uint8Array(0))).toBe('truncated');
    expect(cut(encodePrefix(0))).toBe('truncated');
  });

  it('an end within a prefix or metadata, at every byte', () => {
    for (let end = 1; end < whole.length; end++) expect(cut(whole.subarray(0, end))).toBe('truncated');
    for (let more = 1; more < 8; more++)
      expect(cut(concat(whole, encodePrefix(0).subarray(0, more)))).toBe('truncated');
  });

  it('an end within a body', () => {
    const { bytes } = present(streams.at(0), 'streams');
    const batch = present(
      piecesOf(bytes).findLast((piece) => piece.kind === 'message'),
      'batch',
    );
    const error = errorOf(() => piecesOf(bytes.subarray(0, batch.offset + batch.length - 1)));
    expect(error).toMatchObject({ code: 'truncated', offset: batch.offset + batch.length - 1 });
  });

  it('metadata of a negative length', () => {
    expect(codeOf(() => new StreamParser().push(encodePrefix(-2)))).toBe('bad_framing');
  });

  it('metadata over the limit, before any of it is there', () => {
    const parser = new StreamParser({ limits: { maxMetadataBytes: 1000 } });
    expect(codeOf(() => parser.push(encodePrefix(1001)))).toBe('too_large');
  });

  it('a legacy length that is really text', () => {
    expect(codeOf(() => new StreamParser().push(new TextEncoder().encode('GET / HTTP/1.1')))).toBe('too_large');
  });

  it('metadata that is no flatbuffer', () => {
    expect(codeOf(() => new StreamParser().push(concat(encodePrefix(64), new Uint8Array(64).fill(0xff))))).toBe(
      'bad_flatbuffer',
    );
  });

  it('metadata without a header', () => {
    const empty = Uint8Array.of(8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0, 0, 0, 0, 0);
    expect(codeOf(() => new StreamParser().push(concat(encodePrefix(empty.length), empty)))).toBe('bad_flatbuffer');
  });
});
