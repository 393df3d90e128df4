import { transferUnderFaults } from '@towline/conformance/faults';
import type { Consumer } from '@towline/downloader-core';
import {
  Bool,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  makeData,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTable, IpcConsumer, TableConsumer, type ValueTargetOptions } from '../../src/index.ts';
import { validateBytes } from '../../src/validate/index.ts';
import { valuesOf } from '../support/tables.ts';

interface ColumnKind {
  readonly type: DataType;
  readonly value: fc.Arbitrary<unknown>;
}

const nullable = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.option(value, { freq: 4 });
const text = fc.oneof(fc.constantFrom('', 'é', '\u{1F600}', '\0'), fc.string({ maxLength: 9 }));
let dictionaryId = 100;

const flat: fc.Arbitrary<ColumnKind> = fc.constantFrom<ColumnKind>(
  { type: new Int8(), value: fc.integer({ min: -128, max: 127 }) },
  { type: new Int32(), value: fc.integer() },
  { type: new Int64(), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { type: new Float64(), value: fc.double({ noNaN: true }) },
  { type: new Bool(), value: fc.boolean() },
  { type: new Utf8(), value: text },
  { type: new Null(), value: fc.constant(null) },
);

const nested: fc.Arbitrary<ColumnKind> = flat.chain((inner) => {
  const field = new Field('item', inner.type, true);
  return fc.constantFrom<ColumnKind>(
    { type: new List(field), value: fc.array(nullable(inner.value), { maxLength: 4 }) },
    { type: new FixedSizeList(2, field), value: fc.tuple(nullable(inner.value), nullable(inner.value)) },
    {
      type: new Struct([new Field('a', inner.type, true), new Field('b', new Utf8(), true)]),
      value: fc.record({ a: nullable(inner.value), b: nullable(text) }),
    },
  );
});

const dictionary: fc.Arbitrary<ColumnKind> = fc
  .constant(undefined)
  .map(() => ({ type: new Dictionary(new Utf8(), new Int16(), (dictionaryId += 1)), value: text }));

/** Tables of one or more batches, some of them without rows, and slices of tables. */
const tables: fc.Arbitrary<Table> = fc
  .array(fc.oneof(flat, nested, dictionary), { minLength: 1, maxLength: 5 })
  .chain((kinds) => {
    const row = fc.tuple(...kinds.map(({ value }) => nullable(value)));
    const batches = fc.array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 3 });
    return fc.record({ batches, cut: fc.option(fc.tuple(fc.nat(20), fc.nat(20))) }).map(({ batches: rows, cut }) => {
      const whole = tableOf(kinds, rows);
      return cut === null ? whole : whole.slice(...([...cut].toSorted((a, b) => a - b) as [number, number]));
    });
  });

function tableOf(kinds: readonly ColumnKind[], batches: readonly (readonly (readonly unknown[])[])[]): Table {
  const fields = kinds.map(({ type }, at) => new Field(`c${at}`, type, true));
  const schema = new Schema(fields);
  const made = batches.map((rows) => {
    const children = kinds.map(({ type }, at) => {
      const column = rows.map((row) => row[at]);
      const [data] = vectorFromArray(column, type).data;
      return data ?? makeData({ type, length: 0 } as never);
    });
    return new RecordBatch(
      schema,
      makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children: children as never }),
    );
  });
  return new Table(schema, made);
}

interface How {
  readonly chunkBytes: number;
  readonly windowBytes: number;
  readonly seed: number;
  /** The probability of each kind of fault for a message. */
  readonly heat: number;
}

const hows: fc.Arbitrary<How> = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 600 }),
  windowBytes: fc.integer({ min: 1, max: 3000 }),
  seed: fc.nat(),
  heat: fc.constantFrom(0, 0.01, 0.03),
});

/** Downloads over a network with faults, which end after some: then it has to arrive. */
const transfer = <R>(table: Table, { chunkBytes, ...how }: How, consumer: Consumer<R>): Promise<R> =>
  transferUnderFaults((transaction) => addTable(transaction, table, { chunkBytes }), consumer, how);

const received = (table: Table, how: How, options: ValueTargetOptions = {}): Promise<Table> =>
  transfer(table, how, new TableConsumer(options));

describe('any table', () => {
  it('arrives with its values, at any chunk size and window, under faults', async () => {
    await fc.assert(
      fc.asyncProperty(tables, hows, async (table, how) => {
        expect(valuesOf(await received(table, how))).toBe(valuesOf(table));
      }),
      { numRuns: 150 },
    );
  });

  it('arrives in the part that was selected', async () => {
    const parts = fc.record({ mask: fc.integer({ min: 1, max: 31 }), from: fc.nat(30), to: fc.nat(30) });
    await fc.assert(
      fc.asyncProperty(tables, hows, parts, async (table, how, { mask, from, to }) => {
        const names = table.schema.fields.flatMap(({ name }, at) => ((mask >> at) % 2 === 1 ? [name] : []));
        fc.pre(names.length > 0);
        const rows = [Math.min(from, to, table.numRows), Math.min(Math.max(from, to), table.numRows)] as const;
        const part = await received(table, how, { columns: names.map((name) => ({ name })), rows });
        expect(valuesOf(part)).toBe(valuesOf(table.select(names).slice(...rows)));
      }),
      { numRuns: 150 },
    );
  });

  it('is a sound stream as bytes', async () => {
    await fc.assert(
      fc.asyncProperty(tables, hows, async (table, how) => {
        const report = await validateBytes(await transfer(table, how, new IpcConsumer({ as: 'stream' })));
        expect(report).toMatchObject({ rows: table.numRows, ended: true });
      }),
      { numRuns: 100 },
    );
  });
});
