import {
  type SchemaMessage,
  StreamParser,
  encodeRecordBatch,
  encodeFlatBuffer,
  flat,
  readSchemaMessage,
  requireValues,
  sameColumns,
  valueObstacles,
} from '@towline/adapter-arrow/validate';
import { Field, Int32, Int8, RecordBatch, Schema, Struct, makeData, tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { present } from '../support/present.ts';
import {
  type FieldSpec,
  type SchemaSpec,
  encodeSchema,
  fixedSizeBinary,
  fixedSizeList,
  streamOfMessages,
  types,
} from '../support/encode-schema.ts';
import { codeOf, errorOf } from '../support/expect-format-error.ts';
import { sampleBatches, streamOf } from '../support/samples.ts';

const read = (spec: SchemaSpec): SchemaMessage => readSchemaMessage(encodeSchema(spec));
const readFields = (...fields: FieldSpec[]): SchemaMessage => read({ fields });
const int: FieldSpec = { name: 'i', type: types.int32 };

function schemaOf(bytes: Uint8Array): SchemaMessage {
  const [piece] = new StreamParser().push(bytes);
  return readSchemaMessage(present(piece?.kind === 'message' ? piece.metadata : undefined, 'schema'));
}

describe('readSchemaMessage', () => {
  it('reads names, types, children, dictionaries and metadata as the library wrote them', () => {
    const batches = sampleBatches();
    const { schema, version } = schemaOf(streamOf(batches));
    expect(version).toBe(5);
    expect(schema.metadata).toEqual([['made', 'by a test']]);
    expect(schema.fields.map(({ name }) => name)).toEqual(batches[0]?.schema.names);
    const byName = new Map(schema.fields.map((field) => [field.name, field]));
    expect(byName.get('int')?.type).toEqual({ kind: 'int', bitWidth: 32, signed: true });
    expect(byName.get('bytes')?.type).toEqual({ kind: 'fixedSizeBinary', byteWidth: 3 });
    expect(byName.get('fixed')).toMatchObject({
      type: { kind: 'fixedSizeList', listSize: 2 },
      children: [{ name: 'item' }],
    });
    expect(byName.get('dense')?.type).toEqual({ kind: 'union', mode: 'dense', typeIds: [0, 1] });
    expect(byName.get('dictionary')).toMatchObject({
      type: { kind: 'utf8' },
      dictionary: { id: 7n, indexType: { bitWidth: 8 } },
    });
  });

  it('a missing name is not an empty one', () => {
    const { schema } = readFields({ type: types.int32 }, { name: '', type: types.int32 });
    expect(schema.fields.map(({ name }) => name)).toEqual([undefined, '']);
  });

  it('a dictionary without an index type has indices of 32 bits', () => {
    const { schema } = readFields({ name: 'd', type: types.utf8, dictionary: 3n });
    expect(schema.fields[0]?.dictionary).toEqual({
      id: 3n,
      indexType: { kind: 'int', bitWidth: 32, signed: true },
      ordered: false,
    });
  });

  it('a type that is not known yet is read as such', () => {
    expect(readFields({ name: 'n', type: types.newer }).schema.fields[0]?.type).toEqual({
      kind: 'unknown',
      typeId: 99,
    });
  });

  it('a name that would upset a terminal is shown without what it would obey, and cut', () => {
    const error = errorOf(() => readFields({ name: `\u001b[2J${'x'.repeat(1000)}`, type: types.list }));
    expect(error.path).toMatch(/^\uFFFD\[2Jx+$/);
    expect(error.path).toHaveLength(64);
  });

  const refused: readonly (readonly [string, FieldSpec])[] = [
    ['a list without a child', { name: 'l', type: types.list }],
    ['a list with two children', { name: 'l', type: types.list, children: [int, int] }],
    ['an int with a child', { ...int, children: [int] }],
    ['an int of 24 bits', { name: 'i', type: [2, [flat.int32(24)]] }],
    ['a float of unknown precision', { name: 'f', type: [3, [flat.int16(3)]] }],
    ['a fixed-size binary of -1 bytes', { name: 'b', type: fixedSizeBinary(-1) }],
    ['a fixed-size list of -1 items', { name: 'l', type: fixedSizeList(-1), children: [int] }],
    ['a time in nanoseconds of 32 bits', { name: 't', type: [9, [flat.int16(3), flat.int32(32)]] }],
    ['a decimal of 100 bits', { name: 'd', type: [7, [flat.int32(5), flat.int32(0), flat.int32(100)]] }],
    ['a map of ints', { name: 'm', type: types.map, children: [int] }],
    ['run ends of 8 bits', { name: 'r', type: types.runEndEncoded, children: [{ name: 'e', type: types.int8 }, int] }],
    ['a field without a type', { name: 'x', type: [0, []] }],
  ];
  it.each(refused)('refuses %s, and names the field', (_, field) => {
    const error = errorOf(() => readFields({ name: 's', type: types.struct, children: [field] }));
    expect(error).toMatchObject({ code: 'bad_schema', path: `s.${field.name}` });
  });

  it('refuses fields that share a dictionary but not its type', () => {
    const one: FieldSpec = { name: 'one', type: types.utf8, dictionary: 1n };
    expect(() => readFields(one, { ...one, name: 'two' })).not.toThrow();
    expect(errorOf(() => readFields(one, { ...one, name: 'two', type: types.binary }))).toMatchObject({
      code: 'bad_schema',
      path: 'two',
    });
  });

  it('refuses a dictionary that is part of itself', () => {
    const inner: FieldSpec = { name: 'inner', type: types.utf8, dictionary: 1n };
    expect(codeOf(() => readFields({ name: 'outer', type: types.list, dictionary: 1n, children: [inner] }))).toBe(
      'bad_schema',
    );
  });

  it('refuses fields nested as deeply as no reader would follow', () => {
    let field = int;
    for (let depth = 0; depth < 200; depth++) field = { name: 'l', type: types.list, children: [field] };
    expect(codeOf(() => readFields(field))).toBe('too_deep');
  });

  it('refuses a message of another kind', () => {
    const batch = encodeFlatBuffer([flat.int16(4), flat.uint8(3), flat.table([flat.int64(0)]), flat.int64(0)]);
    expect(codeOf(() => readSchemaMessage(batch))).toBe('unexpected_message');
  });
});

describe('sameColumns', () => {
  it('tells schemas apart by names, types, order and dictionaries', () => {
    const base = readFields(int, { name: 'd', type: types.utf8, dictionary: 1n }).schema;
    const same = (...fields: FieldSpec[]): boolean => sameColumns(base, readFields(...fields).schema);
    const dictionary: FieldSpec = { name: 'd', type: types.utf8, dictionary: 1n };
    expect(same(int, dictionary)).toBe(true);
    expect(same(dictionary, int)).toBe(false);
    expect(same(int)).toBe(false);
    expect(same(int, { ...dictionary, dictionary: 2n })).toBe(false);
    expect(same(int, { name: 'd', type: types.utf8 })).toBe(false);
    expect(same({ ...int, name: 'j' }, dictionary)).toBe(false);
    expect(same({ ...int, type: types.int64 }, dictionary)).toBe(false);
  });
});

const codesOf = (spec: SchemaSpec): readonly (readonly [string, string | undefined])[] =>
  valueObstacles(read(spec)).map(({ code, path }) => [code, path]);

describe('valueObstacles', () => {
  it('finds none in what the library reads', () => {
    expect(valueObstacles(schemaOf(streamOf(sampleBatches())))).toEqual([]);
    expect(() => requireValues(schemaOf(streamOf(sampleBatches())))).not.toThrow();
  });

  it('names each reason with its field', () => {
    const items = { children: [{ name: 'item', type: types.int32 }] };
    const fields: FieldSpec[] = [
      { name: 'v', type: types.listView, ...items },
      { name: 'w', type: types.list, children: [{ name: 'item', type: types.largeListView, ...items }] },
      { name: 'r', type: types.runEndEncoded, children: [{ name: 'e', type: types.int32 }, int] },
      { name: 'n', type: types.newer },
      { name: 'd', type: types.utf8, dictionary: 2n ** 60n },
    ];
    expect(codesOf({ fields, bigEndian: true })).toEqual([
      ['big_endian', undefined],
      ['list_view', 'v'],
      ['list_view', 'w.item'],
      ['run_end_encoded', 'r'],
      ['unknown_type', 'n'],
      ['dictionary_id', 'd'],
    ]);
  });

  it('unions are misread only in metadata V4, and older metadata wholly', () => {
    const fields: FieldSpec[] = [{ name: 'u', type: types.denseUnion, children: [int] }];
    expect(codesOf({ fields })).toEqual([]);
    expect(codesOf({ fields, version: 4 })).toEqual([['old_union', 'u']]);
    expect(codesOf({ fields: [int], version: 3 })).toEqual([['unsupported_version', undefined]]);
  });

  it('two columns, or two fields of a struct, of one name; not the children of a union', () => {
    const twice = [int, { name: 'i', type: types.int8 }];
    expect(codesOf({ fields: twice })).toEqual([['duplicate_name', 'i']]);
    expect(codesOf({ fields: [{ name: 's', type: types.struct, children: twice }] })).toEqual([
      ['duplicate_name', 's.i'],
    ]);
    expect(codesOf({ fields: [{ name: 'u', type: types.denseUnion, children: twice }] })).toEqual([]);
  });

  it('columns, and fields of a struct, without a name; not the items of a list; an empty name is one', () => {
    const nameless = { type: types.int8 };
    expect(codesOf({ fields: [nameless] })).toEqual([['missing_name', '[0]']]);
    expect(codesOf({ fields: [{ name: 's', type: types.struct, children: [int, nameless] }] })).toEqual([
      ['missing_name', 's.[1]'],
    ]);
    expect(
      codesOf({
        fields: [
          { name: 'l', type: types.list, children: [nameless] },
          { name: '', type: types.int8 },
        ],
      }),
    ).toEqual([]);
  });

  it('says in one error what to do', () => {
    const error = errorOf(() => requireValues(read({ fields: [int], bigEndian: true })));
    expect(error.code).toBe('not_as_values');
    expect(error.message).toContain('Take it as bytes');
  });
});

const emptyStream = (...fields: FieldSpec[]): Uint8Array => streamOfMessages([encodeSchema({ fields })]);

// When one of these fails, the library has learned something, and its obstacle can go.
describe('the library still', () => {
  const items = { children: [{ name: 'item', type: types.int32 }] };
  const unreadable: readonly FieldSpec[] = [
    { name: 'v', type: types.listView, ...items },
    { name: 'w', type: types.largeListView, ...items },
    { name: 'r', type: types.runEndEncoded, children: [{ name: 'e', type: types.int32 }, int] },
  ];

  it.each(unreadable)('throws at type $type', (field) => {
    expect(() => tableFromIPC(emptyStream(field))).toThrow('Unrecognized type');
  });

  it('reads big-endian numbers as little-endian ones', () => {
    const fields = [int];
    const batch = encodeRecordBatch(
      {
        rows: 1,
        nodes: [{ length: 1, nullCount: 0 }],
        buffers: [
          { offset: 0, length: 0 },
          { offset: 0, length: 4 },
        ],
        variadicCounts: [],
        compression: undefined,
      },
      { version: 5, bodyBytes: 8, customMetadata: [] },
    );
    const bytes = streamOfMessages(
      [encodeSchema({ fields, bigEndian: true })],
      [batch, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)],
    );
    expect(tableFromIPC(bytes).get(0)?.toJSON()).toEqual({ i: 0x0100_0000 });
  });

  it('calls a column without a name `null`', () => {
    expect(tableFromIPC(emptyStream({ type: types.int8 }, { name: '', type: types.int8 })).schema.names).toEqual([
      'null',
      '',
    ]);
  });

  it('gives one of two columns of one name for both, by name', () => {
    const fields = [new Field('x', new Int8()), new Field('x', new Int32())];
    const children = [
      makeData({ type: new Int8(), length: 1, data: Int8Array.of(1) }),
      makeData({ type: new Int32(), length: 1, data: Int32Array.of(300) }),
    ];
    const batch = new RecordBatch(
      new Schema(fields),
      makeData({ type: new Struct(fields), length: 1, nullCount: 0, children }),
    );
    expect(batch.get(0)?.toJSON()).toEqual({ x: 300 });
  });
});
