import {
  type ArrowSchema,
  type SchemaMessage,
  StreamParser,
  encodeFooter,
  encodePrefix,
  encodeSchemaMessage,
  readFooterSchema,
  readSchemaMessage,
  walkFileBytes,
} from '@towline/adapter-arrow/validate';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { text } from '../support/encode-batch.ts';
import { concat, encodeSchema, streamOfMessages, types } from '../support/encode-schema.ts';
import { codeOf } from '../support/expect-format-error.ts';
import { fixture, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { present } from '../support/present.ts';
import { fileOf, sampleBatches, streamOf } from '../support/samples.ts';

const goldenStreams = hasFixtures ? goldenCases().filter(({ file }) => file.endsWith('.stream')) : [];
const own = { name: 'a table of the library', bytes: streamOf(sampleBatches()) };
const streams = [own, ...goldenStreams.map(({ file }) => ({ name: file, bytes: fixture(`arrow/${file}`) }))];

function schemaOf(stream: Uint8Array): SchemaMessage {
  const [first] = new StreamParser().push(stream).filter((piece) => piece.kind === 'message');
  return readSchemaMessage(present(first).metadata);
}

describe('a schema that is written anew', () => {
  it.each(streams)('is that of $name', ({ bytes }) => {
    const message = schemaOf(bytes);
    expect(readSchemaMessage(encodeSchemaMessage(message))).toEqual(message);
  });

  it('is read by the library as the one that it wrote', () => {
    const rewritten = tableFromIPC(streamOfMessages([encodeSchemaMessage(schemaOf(own.bytes))])).schema;
    const { schema } = tableFromIPC(own.bytes);
    expect(String(rewritten)).toBe(String(schema));
    expect(rewritten.metadata).toEqual(schema.metadata);
  });

  it('keeps a name that is empty apart from one that is missing', () => {
    const fields = [{ name: '', type: types.int32 }, { type: types.int8 }];
    const message = readSchemaMessage(encodeSchema({ fields }));
    expect(readSchemaMessage(encodeSchemaMessage(message)).schema.fields.map(({ name }) => name)).toEqual([
      '',
      undefined,
    ]);
  });

  it('is refused when a type is not known, as its parameters are not', () => {
    const message = readSchemaMessage(encodeSchema({ fields: [{ name: 'n', type: types.newer }] }));
    expect(codeOf(() => encodeSchemaMessage(message))).toBe('unknown_layout');
  });
});

describe('a footer that is written anew', () => {
  it('is that of the file, and ends it', () => {
    const file = fileOf(sampleBatches());
    const { footer } = walkFileBytes(file);
    const parts = { ...footer, ...readFooterSchema(footer), customMetadata: [['a', 'b']] as const };
    const rewritten = concat(file.subarray(0, footer.range.offset), encodeFooter(parts));
    const again = walkFileBytes(rewritten).footer;
    expect(again.dictionaries).toEqual(footer.dictionaries);
    expect(again.recordBatches).toEqual(footer.recordBatches);
    expect(again.customMetadata).toEqual([['a', 'b']]);
    expect(readFooterSchema(again)).toEqual(readFooterSchema(footer));
    expect(tableFromIPC(rewritten).toString()).toBe(tableFromIPC(file).toString());
  });

  it('may have no blocks', () => {
    const schema: ArrowSchema = { endianness: 'little', fields: [], metadata: [] };
    const bytes = concat(
      text('ARROW1\0\0'),
      encodePrefix(0),
      encodeFooter({ schema, version: 5, dictionaries: [], recordBatches: [] }),
    );
    expect(walkFileBytes(bytes).footer).toMatchObject({ version: 5, dictionaries: [], recordBatches: [] });
  });
});
