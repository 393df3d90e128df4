import { downloadObject } from '@towline/downloader-core';
import {
  Dictionary,
  Field,
  Int32,
  type Data,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { expect, it } from 'vitest';
import { addTable, downloadTable, TableConsumer } from '../../src/index.ts';
import { batchMaker } from '../../src/values/value-loader.ts';
import { share } from '../support/pair.ts';
import { sampleBatch, sampleTable } from '../support/tables.ts';

it('S7 batches of one row, of which a chunk has more buffers than arrays, arrive', async () => {
  const batches = Array.from({ length: 1_500 }, (_, row) => sampleBatch(row, 1));
  const { ref, receiver, outcome } = await share((transaction) => addTable(transaction, batches));
  const received = await downloadObject(receiver, ref, new TableConsumer(), { maxRetries: 0 });
  expect(received.numRows).toBe(1_500);
  expect((await outcome()).status).toBe('completed');
});

it('batches that arrive share one schema and memory, and go together with others of the same columns', async () => {
  const { ref, receiver } = await share((transaction) => addTable(transaction, sampleTable(3, 10)));
  const { schema, batches } = await downloadObject(receiver, ref, new TableConsumer());
  expect(batches.every((batch) => batch.schema === schema)).toBe(true);
  const memory = batches.flatMap(({ data }) => data.children.slice(0, 1)).map(({ values }) => values as Int32Array);
  expect(new Set(memory.map(({ buffer }) => buffer)).size).toBe(1);
  expect(new Table(schema, [...batches, sampleBatch(30, 5)]).numRows).toBe(35);
});

it('batches that arrive have all that the library gives its own', async () => {
  const { ref, receiver } = await share((transaction) => addTable(transaction, sampleTable(2, 10)));
  const { batches } = await downloadObject(receiver, ref, new TableConsumer());
  const bytes = await downloadTable(receiver, ref, { as: 'ipc' });
  const own = tableFromIPC(bytes).batches.map((batch) => new RecordBatch(batch.schema, batch.data, batch.metadata));
  expect(batches.map(shapeOf)).toEqual(own.map(shapeOf));
});

it('batches are made by the constructor of a library whose batches have more in them', () => {
  const own = sampleBatch(0, 10);
  const [known, unknown] = [own, Object.assign(sampleBatch(0, 10), { more: 1 })].map(batchMaker);
  const made = [known, unknown].map((make) => make?.(own.schema, own.data, own.metadata));
  expect(made.map((batch) => batch && shapeOf(batch))).toEqual([shapeOf(own), shapeOf(own)]);
  expect(made.map((batch) => batch?.schema === own.schema)).toEqual([true, false]);
});

it('a dictionary that grows, and one that is replaced, are for each batch what they were then', async () => {
  const letters = (...values: readonly string[]): Vector<Utf8> => vectorFromArray(values, new Utf8());
  const first = letters('a', 'b');
  const type = new Dictionary(new Utf8(), new Int32(), 3);
  const schema = new Schema([new Field('letter', type, false)]);
  const batchOf = (dictionary: Vector<Utf8>, indices: readonly number[]): RecordBatch => {
    const { length } = indices;
    const child = makeData({ type, length, nullCount: 0, data: Int32Array.from(indices), dictionary });
    return new RecordBatch(
      schema,
      makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [child] }),
    );
  };
  const batches = [
    batchOf(first, [0, 1]),
    batchOf(first.concat(letters('c')), [2, 0]),
    batchOf(letters('x', 'y'), [1, 0]),
  ];
  const { ref, receiver } = await share((transaction) => addTable(transaction, batches));
  const received = await downloadObject(receiver, ref, new TableConsumer());
  const seen = received.batches.map((batch) => [...(batch.getChildAt(0) ?? [])]);
  expect(seen).toEqual([
    ['a', 'b'],
    ['c', 'a'],
    ['y', 'x'],
  ]);
});

/** Names and kinds of what a batch consists of, down to its buffers. */
function shapeOf(batch: RecordBatch): unknown {
  return { names: Object.keys(batch), kind: kindOf(batch), metadata: batch.metadata, data: dataShape(batch.data) };
}

function dataShape(data: Data): unknown {
  const own = data.buffers as unknown as readonly (Uint8Array | undefined)[];
  const buffers = own.map((buffer) => buffer && [kindOf(buffer), buffer.length]);
  const { length, nullCount, stride, offset, dictionary } = data;
  const names = Object.keys(data);
  const values = dictionary?.data.map(dataShape);
  const children = data.children.map(dataShape);
  return {
    names,
    kind: kindOf(data),
    type: kindOf(data.type as object),
    length,
    nullCount,
    stride,
    offset,
    buffers,
    values,
    children,
  };
}

const kindOf = (of: object): unknown => of.constructor;
