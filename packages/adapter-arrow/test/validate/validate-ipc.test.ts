import { codecs } from '@towline/adapter-arrow/codecs';
import {
  type ArrowReport,
  type PositionedBytes,
  StreamParser,
  encodeFooter,
  encodePrefix,
  positionedBytes,
  readSchemaMessage,
  validateBytes,
  validateFile,
  validateStream,
  walkFileBytes,
} from '@towline/adapter-arrow/validate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressedCounters, compressions } from '../support/compress-batch.ts';
import { type BatchSpec, encodeBatch, int32s, none, text } from '../support/encode-batch.ts';
import { concat, encodeSchema, streamOfMessages, types } from '../support/encode-schema.ts';
import { verdictOfPromise } from '../support/expect-format-error.ts';
import { fileOf, sampleBatches, streamOf } from '../support/samples.ts';

const stream = streamOf(sampleBatches());
const file = fileOf(sampleBatches());
const schema = encodeSchema({ fields: [{ name: 'i', type: types.int32 }] });
const three: BatchSpec = { rows: 3, buffers: [none, int32s(1, 2, 3)] };

function* cutInto(bytes: Uint8Array, pieceBytes: number): Generator<Uint8Array> {
  // Each piece is a copy that is overwritten when the next one is asked for, as a reader with one buffer would.
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.slice(at, at + pieceBytes);
    yield piece;
    piece.fill(0xee);
  }
}

describe('validateStream', () => {
  it('reports what is in a stream', async () => {
    const { schema: found, ...report } = await validateStream([stream]);
    expect(found.fields).toHaveLength(14);
    expect(report).toMatchObject({ container: 'stream', version: 5, rows: 60, batches: 3, dictionaryBatches: 1 });
    expect(report).toMatchObject({ obstacles: [], valuesChecked: true, compression: [], ended: true });
  });

  it('reports the same however the stream is cut, and keeps no piece of it', async () => {
    const { values, buffer } = compressedCounters('lz4Frame');
    const compressed: BatchSpec = {
      rows: values.length / 4,
      buffers: [none, buffer],
      compression: compressions.lz4Frame,
    };
    const options = { codecs: codecs() };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(stream, streamOfMessages([schema], encodeBatch(compressed), encodeBatch(three))),
        fc.integer({ min: 1, max: 5000 }),
        async (bytes, pieceBytes) => {
          expect(await validateStream(cutInto(bytes, pieceBytes), options)).toEqual(
            await validateStream([bytes], options),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('tells that an end marker is missing', async () => {
    expect((await validateStream([stream.subarray(0, -8)])).ended).toBe(false);
  });

  it('names the codecs of compressed batches', async () => {
    const { values, buffer } = compressedCounters('zstd');
    const batch: BatchSpec = { rows: values.length / 4, buffers: [none, buffer], compression: compressions.zstd };
    const bytes = streamOfMessages([schema], encodeBatch(batch), encodeBatch(three));
    expect(await validateStream([bytes], { codecs: codecs() })).toMatchObject({
      compression: ['zstd'],
      batches: 2,
      rows: 503,
    });
  });

  it('checks only the structure of big-endian values, and says so', async () => {
    const bigEndian = encodeSchema({ fields: [{ name: 'i', type: types.int32 }], bigEndian: true });
    const report = await validateStream([streamOfMessages([bigEndian], encodeBatch(three))]);
    expect(report).toMatchObject({ rows: 3, valuesChecked: false, obstacles: [{ code: 'big_endian' }] });
  });

  it('refuses bytes after the end marker, which readers ignore', async () => {
    expect(await verdictOfPromise(validateStream([stream, new Uint8Array(8)]))).toBe('bad_framing');
    expect(await verdictOfPromise(validateStream([stream, stream]))).toBe('bad_framing');
  });

  it('refuses a stream that does not begin with a schema', async () => {
    expect(await verdictOfPromise(validateStream([streamOfMessages(encodeBatch(three))]))).toBe('unexpected_message');
  });

  it('refuses a body that is larger than allowed when it is announced, not when it came', async () => {
    const [metadata, body] = encodeBatch({ rows: 2 ** 20, buffers: [none, new Uint8Array(2 ** 22)] });
    const announced = concat(
      encodePrefix(schema.length),
      schema,
      encodePrefix(metadata.length),
      metadata,
      body.subarray(0, 8),
    );
    const read = verdictOfPromise(validateStream([announced], { limits: { maxBatchBytes: 2 ** 20 } }));
    expect(await read).toBe('too_large');
  });

  it('ends when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(validateStream([stream], { signal })).rejects.toThrow('enough');
  });
});

const countingSource = (bytes: Uint8Array): PositionedBytes & { largestBytes: number } => {
  const source = {
    size: bytes.length,
    largestBytes: 0,
    read: async (offset: number, length: number) => {
      source.largestBytes = Math.max(source.largestBytes, length);
      return bytes.slice(offset, offset + length);
    },
  };
  return source;
};

describe('validateFile', () => {
  it('reports what is in a file, the same as of a stream', async () => {
    const ofStream: Partial<ArrowReport> = await validateStream([stream]);
    const ofFile = await validateFile(positionedBytes(file));
    expect({ ...ofFile, container: 'stream' }).toEqual(ofStream);
  });

  it('never reads more at once than a batch', async () => {
    const source = countingSource(file);
    await validateFile(source);
    const bodies = new StreamParser().push(stream).map((piece) => piece.length);
    expect(source.largestBytes).toBeLessThanOrEqual(Math.max(...bodies));
  });

  it('refuses a file whose two schemas differ: which one is read depends on the reader', async () => {
    const other = encodeSchema({ fields: [{ name: 'j', type: types.int32 }] });
    expect(await verdictOfPromise(validateBytes(fileWith(schema, schema)))).toBe('accepted');
    expect(await verdictOfPromise(validateBytes(fileWith(other, schema)))).toBe('schema_changed');
  });

  it('takes the version from the messages, as old writers left it out of footers', async () => {
    const bytes = fileWith(schema, schema, 1);
    expect(readFooterVersion(bytes)).toBe(1);
    expect(await validateBytes(bytes)).toMatchObject({ version: 5, rows: 3 });
  });
});

/** A file by hand: a schema before its one batch, and one in the footer. */
function fileWith(before: Uint8Array, inFooter: Uint8Array, footerVersion = 5): Uint8Array {
  const [metadata, body] = encodeBatch(three);
  const head = concat(text('ARROW1\0\0'), encodePrefix(before.length), before);
  const block = {
    kind: 'recordBatch',
    offset: head.length,
    metadataBytes: 8 + metadata.length,
    bodyBytes: body.length,
  } as const;
  const footer = { ...readSchemaMessage(inFooter), version: footerVersion, dictionaries: [], recordBatches: [block] };
  return concat(head, encodePrefix(metadata.length), metadata, body, encodePrefix(0), encodeFooter(footer));
}

const readFooterVersion = (bytes: Uint8Array): number => walkFileBytes(bytes).footer.version;

describe('validateBytes', () => {
  it('tells a file from a stream by its first bytes', async () => {
    expect((await validateBytes(stream)).container).toBe('stream');
    expect((await validateBytes(file)).container).toBe('file');
  });
});
