import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float64,
  Int16,
  Int32,
  Int64,
  List,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  type Data,
  makeData,
  vectorFromArray,
} from 'apache-arrow';

/** A table of some batches with many kinds of columns. */
export function sampleTable(batches = 4, rowsEach = 25): Table {
  const made = Array.from({ length: batches }, (_, at) => sampleBatch(at * rowsEach, rowsEach));
  const [first] = made;
  return new Table(first?.schema ?? new Schema([]), made);
}

const colours = vectorFromArray(['red', 'grün', 'blau'], new Utf8());
const colourType = new Dictionary(new Utf8(), new Int16(), 7);

/** A batch whose values follow from the place of its first row. */
export function sampleBatch(first: number, rows: number): RecordBatch {
  const every = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(first + row));
  const texts = every((row) => (row % 5 === 0 ? null : `row ${row} ${'é'.repeat(row % 4)}`));
  const lists = every((row) => (row % 7 === 0 ? null : Array.from({ length: row % 3 }, (_, at) => row + at)));
  const columns: Record<string, Data> = {
    id: makeData({ type: new Int32(), length: rows, data: Int32Array.from(every((row) => row)) }),
    big: chunk(
      vectorFromArray(
        every((row) => (row % 3 === 0 ? null : BigInt(row) << 33n)),
        new Int64(),
      ),
    ),
    float: makeData({ type: new Float64(), length: rows, data: Float64Array.from(every((row) => row / 7)) }),
    flag: chunk(
      vectorFromArray(
        every((row) => (row % 4 === 1 ? null : row % 2 === 0)),
        new Bool(),
      ),
    ),
    text: chunk(vectorFromArray(texts, new Utf8())),
    list: chunk(vectorFromArray(lists, new List(new Field('item', new Int32(), true)))),
    pair: chunk(
      vectorFromArray(
        every((row) => (row % 6 === 5 ? null : { a: row, b: `${row}` })),
        new Struct([new Field('a', new Int32(), true), new Field('b', new Utf8(), true)]),
      ),
    ),
    fixed: chunk(
      vectorFromArray(
        every((row) => [row, -row]),
        new FixedSizeList(2, new Field('item', new Int32(), true)),
      ),
    ),
    colour: makeData({
      type: colourType,
      length: rows,
      data: Int16Array.from(every((row) => row % 3)),
      dictionary: colours,
    }),
  };
  return batchOf(columns);
}

/** A batch of these columns. */
export function batchOf(columns: Readonly<Record<string, Data>>): RecordBatch {
  const data = Object.values(columns);
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, true));
  const schema = new Schema(fields);
  const length = data[0]?.length ?? 0;
  return new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children: data }));
}

/** A batch of one column of numbers. */
export function numbersBatch(first: number, rows: number): RecordBatch {
  const data = Float64Array.from({ length: rows }, (_, row) => first + row);
  return batchOf({ x: makeData({ type: new Float64(), length: rows, data }) });
}

/** All values of a table, as text that tells a difference. */
export function valuesOf(table: Table | RecordBatch): string {
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value;
  };
  const rows = Array.from({ length: table.numRows }, (_, row) => table.get(row)?.toJSON());
  return JSON.stringify(rows, plain);
}

function chunk(vector: { readonly data: readonly Data[] }): Data {
  const [data] = vector.data;
  if (data === undefined) throw new Error('the column has no data');
  return data;
}
