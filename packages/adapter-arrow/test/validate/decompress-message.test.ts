import { codecs } from '@towline/adapter-arrow/codecs';
import {
  BatchValidator,
  StreamParser,
  decompressMessage,
  encodeRecordBatch,
  messageCustomMetadata,
  readMessage,
  readRecordBatch,
  readSchemaMessage,
} from '@towline/adapter-arrow/validate';
import { type Table, tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { compressedBuffer, compressedCounters, compressions, storedBuffer } from '../support/compress-batch.ts';
import { type BatchSpec, encodeBatch, int32s, int64s, none, text } from '../support/encode-batch.ts';
import { encodeSchema, streamOfMessages, types } from '../support/encode-schema.ts';
import { codeOf } from '../support/expect-format-error.ts';
import { fixture, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { flatTruth } from '../support/golden-truth.ts';
import { judge, validatorFor } from '../support/validate-batches.ts';

const schema = { fields: [{ name: 'i', type: types.int32 }] };
const options = { codecs: codecs() };
const compressedGolden = hasFixtures
  ? goldenCases().filter(({ file }) => file.includes('compression') && file.endsWith('.stream'))
  : [];

function batchOf(codec: keyof typeof compressions): BatchSpec & { readonly values: Uint8Array } {
  const { values, buffer } = compressedCounters(codec);
  return { rows: values.length / 4, buffers: [none, buffer], compression: compressions[codec], values };
}

/** A stream with its batches decompressed, for a reader without codecs. */
function uncompressed(stream: Uint8Array): Uint8Array {
  const messages = new StreamParser().push(stream).filter((piece) => piece.kind === 'message');
  const [first] = messages;
  const validator = new BatchValidator(readSchemaMessage(first?.metadata ?? none), options);
  const batches = messages.slice(1).map(({ metadata, offset, length, bodyBytes }) => {
    const end = offset + length;
    const valid = validator.checkBody(validator.checkMetadata(metadata), stream.subarray(end - bodyBytes, end));
    return [valid.metadata, valid.body] as const;
  });
  return streamOfMessages([first?.metadata ?? none], ...batches);
}

const columnTexts = (table: Table, name: string): readonly (string | null)[] =>
  Array.from(table.getChild(name) ?? [], (value: string | number | bigint | null) =>
    value === null ? null : String(value),
  );

describe.each(['lz4Frame', 'zstd'] as const)('a batch compressed with %s', (codec) => {
  const { values, ...batch } = batchOf(codec);

  it('becomes one that is not, with metadata of its own', () => {
    const decompressed = decompressMessage(...encodeBatch(batch), options);
    const message = readMessage(decompressed.metadata);
    expect(message).toMatchObject({ kind: 'recordBatch', version: 5, bodyBytes: decompressed.body.length });
    expect(readRecordBatch(message.header)).toEqual({
      rows: values.length / 4,
      nodes: [{ length: values.length / 4, nullCount: 0 }],
      buffers: [
        { offset: 0, length: 0 },
        { offset: 0, length: values.length },
      ],
      variadicCounts: [],
      compression: undefined,
    });
    expect(decompressed.body).toEqual(values);
    expect(decompressed.body.byteOffset % 8).toBe(0);
  });

  it('reads with the library as the values that were compressed', () => {
    const decompressed = decompressMessage(...encodeBatch(batch), options);
    const table = tableFromIPC(streamOfMessages([encodeSchema(schema)], [decompressed.metadata, decompressed.body]));
    expect(table.getChild('i')?.toArray()).toEqual(new Int32Array(values.buffer));
  });

  it('passes the validator, which returns it uncompressed', () => {
    const validator = validatorFor(schema, options);
    const [metadata, body] = encodeBatch(batch);
    const valid = validator.checkBody(validator.checkMetadata(metadata), body);
    expect(valid.body).toEqual(values);
    expect(readRecordBatch(readMessage(valid.metadata).header).compression).toBeUndefined();
  });
});

describe('decompressMessage', () => {
  it('gives back what is not compressed, as it is', () => {
    const [metadata, body] = encodeBatch({ rows: 1, buffers: [none, int32s(5)] });
    expect(decompressMessage(metadata, body, options)).toEqual({ metadata, body });
  });

  it('takes buffers that are stored as they are, and empty ones', () => {
    const batch = { rows: 3, buffers: [none, storedBuffer(int32s(1, 2, 3))], compression: compressions.zstd };
    expect(decompressMessage(...encodeBatch(batch), options).body.subarray(0, 12)).toEqual(int32s(1, 2, 3));
  });

  it('places each buffer at a multiple of 8', () => {
    const buffers = ['a', 'bcd', '', 'efghijklm'].map((value) => storedBuffer(text(value)));
    const { metadata, body } = decompressMessage(
      ...encodeBatch({ rows: 0, buffers, compression: compressions.lz4Frame }),
      options,
    );
    expect(readRecordBatch(readMessage(metadata).header).buffers).toEqual([
      { offset: 0, length: 1 },
      { offset: 8, length: 3 },
      { offset: 16, length: 0 },
      { offset: 16, length: 9 },
    ]);
    expect(body).toHaveLength(32);
  });

  it('keeps the id of a dictionary, and the application’s own metadata', () => {
    const dictionary = { id: 42n, isDelta: true };
    const [metadata, body] = encodeBatch({
      rows: 1,
      buffers: [none, storedBuffer(int32s(1))],
      compression: compressions.zstd,
      dictionary,
    });
    const message = readMessage(decompressMessage(metadata, body, options).metadata);
    expect([message.kind, message.header.int64(0), message.header.bool(2)]).toEqual(['dictionaryBatch', 42n, true]);
    const parts = {
      version: 4,
      bodyBytes: 0,
      customMetadata: [
        ['k', 'v'],
        ['k', ''],
      ] as const,
    };
    const own = encodeRecordBatch(
      { rows: 0, nodes: [], buffers: [], variadicCounts: [], compression: compressions.zstd },
      parts,
    );
    const rewritten = readMessage(decompressMessage(own, none, options).metadata);
    expect([rewritten.version, messageCustomMetadata(rewritten)]).toEqual([
      4,
      [
        ['k', 'v'],
        ['k', ''],
      ],
    ]);
  });

  it.each(compressedGolden)(
    '$file reads with the library as its true values, once it is decompressed',
    ({ file, json }) => {
      const table = tableFromIPC(uncompressed(fixture(`arrow/${file}`)));
      const truth = flatTruth(json);
      expect(table.schema.names).toEqual([...truth.keys()]);
      for (const [name, values] of truth) expect(columnTexts(table, name)).toEqual(values);
    },
  );
});

const { values, buffer } = compressedCounters('zstd');
const judgeBuffer = (data: Uint8Array, limits = {}): string =>
  judge(schema, [{ rows: 3, buffers: [none, data], compression: compressions.zstd }], { ...options, limits });

describe('compressed batches that are refused', () => {
  it('a length that is not the real one', () => {
    const data = buffer.subarray(8);
    for (const declared of [values.length - 1, values.length + 1, 12, 0]) {
      const code = judgeBuffer(compressedBuffer(declared, data));
      expect(code).toBe(declared < 12 ? 'bad_buffer' : 'bad_compression');
    }
  });

  it('a length that its input cannot stand for, before anything is allocated', () => {
    expect(judgeBuffer(compressedBuffer(2 ** 40, text('tiny')))).toBe('bad_compression');
    expect(judgeBuffer(compressedBuffer(2n ** 62n, text('tiny')))).toBe('bad_compression');
    expect(judgeBuffer(compressedBuffer(-2, text('tiny')))).toBe('bad_compression');
  });

  it('a batch over the limit when it is decompressed, although it is small', () => {
    expect(judgeBuffer(buffer, { maxBatchBytes: values.length })).toBe('accepted');
    expect(judgeBuffer(buffer, { maxBatchBytes: buffer.length + 8 })).toBe('too_large');
  });

  it('a buffer too short for its length', () => {
    expect(judgeBuffer(text('1234567'))).toBe('bad_compression');
  });

  it('a buffer too short for its slots, when it is decompressed', () => {
    expect(judgeBuffer(storedBuffer(int32s(1, 2)))).toBe('bad_buffer');
    expect(judgeBuffer(storedBuffer(int32s(1, 2, 3)))).toBe('accepted');
  });

  it('rows that it only claims', () => {
    const nothing = { fields: [{ name: 'n', type: types.null }] };
    const rows = 2 ** 40;
    expect(judge(nothing, [{ rows, nodes: [[rows, rows]], compression: compressions.zstd }], options)).toBe(
      'too_many_rows',
    );
  });

  it('values that are wrong behind the compression', () => {
    const binary = { fields: [{ name: 'b', type: types.largeUtf8 }] };
    const buffers = [none, storedBuffer(int64s(0, 9)), storedBuffer(text('abc'))];
    expect(judge(binary, [{ rows: 1, buffers, compression: compressions.lz4Frame }], options)).toBe('bad_offset');
  });

  it('what decompressMessage is given beside batches', () => {
    expect(codeOf(() => decompressMessage(encodeSchema(schema), none, options))).toBe('unexpected_message');
  });
});
