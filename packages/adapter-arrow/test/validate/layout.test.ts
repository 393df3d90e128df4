import {
  type BufferRole,
  type FieldPlan,
  type SchemaPlan,
  layoutCounts,
  planSchema,
  readSchemaMessage,
} from '@towline/adapter-arrow/validate';
import { describe, expect, it } from 'vitest';
import { present } from '../support/present.ts';
import { type FieldSpec, encodeSchema, fixedSizeBinary, fixedSizeList, types } from '../support/encode-schema.ts';
import { codeOf } from '../support/expect-format-error.ts';

const item: FieldSpec = { name: 'item', type: types.int32 };
const plan = (version: 4 | 5, ...fields: FieldSpec[]): SchemaPlan =>
  planSchema(readSchemaMessage(encodeSchema({ fields })).schema, version);

function columnOf(field: FieldSpec, version: 4 | 5 = 5): FieldPlan {
  return present(plan(version, field).columns[0], 'column');
}

const layouts: readonly (readonly [string, FieldSpec, readonly BufferRole[]])[] = [
  ['null', { type: types.null }, []],
  ['bool', { type: types.bool }, ['validity', 'bits']],
  ['int', { type: types.int32 }, ['validity', 'slots']],
  ['utf8', { type: types.utf8 }, ['validity', 'offsets', 'bytes']],
  ['utf8 view', { type: types.utf8View }, ['validity', 'views']],
  ['list', { type: types.list, children: [item] }, ['validity', 'offsets']],
  ['list view', { type: types.listView, children: [item] }, ['validity', 'viewOffsets', 'viewSizes']],
  ['fixed-size list', { type: fixedSizeList(2), children: [item] }, ['validity']],
  ['struct', { type: types.struct, children: [item] }, ['validity']],
  ['sparse union', { type: types.sparseUnion, children: [item] }, ['typeIds']],
  ['dense union', { type: types.denseUnion, children: [item] }, ['typeIds', 'unionOffsets']],
  ['run-end encoded', { type: types.runEndEncoded, children: [item, item] }, []],
  ['dictionary', { type: types.utf8, dictionary: 1n }, ['validity', 'slots']],
];

describe('array layouts', () => {
  // “Buffer Listing for Each Layout” of the Arrow columnar format.
  it.each(layouts)('%s has the buffers of the format', (_, field, buffers) => {
    expect(columnOf(field).layout.buffers).toEqual(buffers);
  });

  it('unions of metadata V4 have a validity bitmap first', () => {
    const union: FieldSpec = { type: types.denseUnion, children: [item] };
    expect(columnOf(union, 4).layout.buffers).toEqual(['validity', 'typeIds', 'unionOffsets']);
  });

  it('slots have the bytes of their type', () => {
    const slotBytes = [types.int8, types.int64, fixedSizeBinary(7)].map((type) => columnOf({ type }).layout.slotBytes);
    expect(slotBytes).toEqual([1, 8, 7]);
    expect(columnOf({ type: types.utf8, dictionary: 1n }).layout.slotBytes).toBe(4);
    expect(columnOf({ type: types.largeUtf8 }).layout.offsetBytes).toBe(8);
  });

  it('a type that is not known has none', () => {
    expect(codeOf(() => columnOf({ type: types.newer }))).toBe('unknown_layout');
  });
});

describe('planSchema', () => {
  const nested: FieldSpec = { name: 'item', type: types.binary, dictionary: 2n };
  const columns: readonly FieldSpec[] = [
    { name: 'a', type: types.struct, children: [item, { name: 'v', type: types.utf8View }] },
    { name: 'd', type: types.list, dictionary: 1n, children: [nested] },
    { name: 'e', type: types.utf8 },
  ];

  it('counts nodes and buffers as the example of the format does, children included', () => {
    expect(layoutCounts(plan(5, ...columns).columns)).toEqual({
      nodes: 5,
      buffers: 1 + 2 + 2 + 2 + 3,
      variadicCounts: 1,
    });
  });

  it('the values of a dictionary are planned apart, also those inside of another', () => {
    const { dictionaries, columns: planned } = plan(5, ...columns);
    expect(new Set(dictionaries.keys())).toEqual(new Set([1n, 2n]));
    expect(planned[1]?.children).toEqual([]);
    expect(dictionaries.get(1n)).toMatchObject({
      layout: { buffers: ['validity', 'offsets'] },
      children: [{ path: 'd.item' }],
    });
    expect(dictionaries.get(2n)?.layout.buffers).toEqual(['validity', 'offsets', 'bytes']);
  });
});
