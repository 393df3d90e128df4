import {
  DenseUnion,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float64,
  Int32,
  Int64,
  Int8,
  LargeUtf8,
  List,
  Map_,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  SparseUnion,
  Struct,
  Utf8,
  Bool,
  Null,
  type Data,
  makeData,
  vectorFromArray,
} from 'apache-arrow';
import { present } from './present.ts';

/** Table bytes made by the library, with a name for test titles. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const rows = 20;
const every = <T>(value: (index: number) => T): T[] => Array.from({ length: rows }, (_, index) => value(index));

function columns(): readonly (readonly [string, Data])[] {
  const ints = makeData({ type: new Int32(), length: rows, data: Int32Array.from(every((index) => index * 3)) });
  const pairType = new Struct<{ a: Int32; t: Utf8 }>([
    new Field('a', new Int32(), true),
    new Field('t', new Utf8(), true),
  ]);
  const union = { length: rows, typeIds: Int8Array.from(every((index) => index % 2)) };
  const unionChildren = [new Field('i', new Int32(), true), new Field('f', new Float64(), true)];
  const floats = makeData({ type: new Float64(), length: rows, data: Float64Array.from(every((index) => index / 7)) });
  const dictionary = vectorFromArray(['red', 'grün', 'blau'], new Utf8());
  return [
    ['int', ints],
    [
      'int64',
      first(
        vectorFromArray(
          every((index) => (index % 5 === 0 ? null : BigInt(index))),
          new Int64(),
        ),
      ),
    ],
    [
      'bool',
      first(
        vectorFromArray(
          every((index) => (index % 3 === 0 ? null : index % 2 === 0)),
          new Bool(),
        ),
      ),
    ],
    [
      'text',
      first(
        vectorFromArray(
          every((index) => (index % 4 === 0 ? null : `größe ${index} 日本`)),
          new Utf8(),
        ),
      ),
    ],
    [
      'large',
      first(
        vectorFromArray(
          every((index) => 'x'.repeat(index)),
          new LargeUtf8(),
        ),
      ),
    ],
    ['nothing', makeData({ type: new Null(), length: rows })],
    [
      'bytes',
      first(
        vectorFromArray(
          every((index) => Uint8Array.of(index, 1, 2)),
          new FixedSizeBinary(3),
        ),
      ),
    ],
    [
      'list',
      first(
        vectorFromArray(
          every((index) => (index % 6 === 0 ? null : [index, index + 1])),
          new List(new Field('item', new Int8(), true)),
        ),
      ),
    ],
    [
      'fixed',
      first(
        vectorFromArray(
          every((index) => [index, -index]),
          new FixedSizeList(2, new Field('item', new Int32(), true)),
        ),
      ),
    ],
    [
      'pair',
      first(
        vectorFromArray(
          every((index) => ({ a: index, t: `t${index}` })),
          pairType,
        ),
      ),
    ],
    [
      'map',
      first(
        vectorFromArray(
          every((index) => new Map([['k', index]])),
          new Map_(
            new Field(
              'entries',
              new Struct<{ key: Utf8; value: Int32 }>([
                new Field('key', new Utf8(), false),
                new Field('value', new Int32(), true),
              ]),
              false,
            ),
          ),
        ),
      ),
    ],
    [
      'dictionary',
      makeData({
        type: new Dictionary(new Utf8(), new Int8(), 7),
        length: rows,
        data: Int8Array.from(every((index) => index % 3)),
        dictionary,
      }),
    ],
    [
      'dense',
      makeData({
        ...union,
        type: new DenseUnion([0, 1], unionChildren),
        valueOffsets: Int32Array.from(every((index) => index >> 1)),
        children: [ints, floats],
      }),
    ],
    ['sparse', makeData({ ...union, type: new SparseUnion([0, 1], unionChildren), children: [ints, floats] })],
  ];
}

const first = (vector: { readonly data: readonly Data[] }): Data => present(vector.data[0], 'data');

/** Record batches of one schema, with one column of each kind that the library writes soundly. */
export function sampleBatches(only: (name: string) => boolean = () => true): readonly RecordBatch[] {
  const chosen = columns().filter(([name]) => only(name));
  const fields = chosen.map(([name, data]) => new Field(name, data.type, true));
  const schema = new Schema(fields, new Map([['made', 'by a test']]));
  const children = chosen.map(([, data]) => data);
  const batch = new RecordBatch(schema, makeData({ type: new Struct(fields), length: rows, nullCount: 0, children }));
  return [batch, batch, batch];
}

/** A sample of each kind of column, and of all together, as streams. */
export function streamSamples(): readonly Sample[] {
  const names = columns().map(([name]) => name);
  const single = names.map((name) => ({ name, bytes: streamOf(sampleBatches((one) => one === name)) }));
  return [...single, { name: 'all', bytes: streamOf(sampleBatches()) }];
}

export function streamOf(batches: readonly RecordBatch[]): Uint8Array<ArrayBuffer> {
  return RecordBatchStreamWriter.writeAll(batches).toUint8Array(true).slice();
}

export function fileOf(batches: readonly RecordBatch[]): Uint8Array<ArrayBuffer> {
  return RecordBatchFileWriter.writeAll(batches).toUint8Array(true).slice();
}
