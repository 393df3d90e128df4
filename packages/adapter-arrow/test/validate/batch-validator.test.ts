import {
  type BatchValidatorOptions,
  BatchValidator,
  encodeFlatBuffer,
  flat,
  readSchemaMessage,
} from '@towline/adapter-arrow/validate';
import { describe, expect, it } from 'vitest';
import { type BatchSpec, bits, bytesOf, encodeBatch, int32s, none } from '../support/encode-batch.ts';
import { type FieldSpec, encodeSchema, fixedSizeBinary, fixedSizeList, types } from '../support/encode-schema.ts';
import { codeOf, errorOf, verdictOf } from '../support/expect-format-error.ts';
import { judge, validate, validatorFor } from '../support/validate-batches.ts';

const int: FieldSpec = { name: 'i', type: types.int32 };
const schema = { fields: [int] };
const three: BatchSpec = { rows: 3, buffers: [none, int32s(1, 2, 3)] };

/** What a validator makes of the metadata alone. */
function judgeMetadata(fields: readonly FieldSpec[], batch: BatchSpec, options: BatchValidatorOptions = {}): string {
  return verdictOf(() => validatorFor({ fields }, options).checkMetadata(encodeBatch(batch)[0]));
}

describe('BatchValidator accepts', () => {
  it('a batch that is sound, and returns it as it was given', () => {
    const validator = validatorFor(schema);
    const [metadata, body] = encodeBatch(three);
    const checked = validator.checkMetadata(metadata);
    expect(checked).toMatchObject({ kind: 'recordBatch', rows: 3, bodyBytes: body.length, dictionary: undefined });
    const valid = validator.checkBody(checked, body);
    expect(valid.metadata).toBe(metadata);
    expect(valid.body).toBe(body);
  });

  it('buffers that are longer than they need to be', () => {
    expect(judge(schema, [{ rows: 2, buffers: [bits('11111111'), int32s(1, 2, 3, 4)] }])).toBe('accepted');
  });

  it('rows without columns', () => {
    expect(judge({ fields: [] }, [{ rows: 5, nodes: [] }])).toBe('accepted');
  });

  it('a body at an odd address', () => {
    const [metadata, body] = encodeBatch(three);
    const moved = new Uint8Array(body.length + 3);
    moved.set(body, 3);
    const validator = validatorFor(schema);
    expect(() => validator.checkBody(validator.checkMetadata(metadata), moved.subarray(3))).not.toThrow();
  });

  it('with `structure`, values that only a look at each would find', () => {
    const list: FieldSpec = { name: 'l', type: types.binary };
    const batch = { rows: 1, buffers: [none, int32s(5, 1), none] };
    expect(judge({ fields: [list] }, [batch], { validate: 'structure' })).toBe('accepted');
    expect(judge({ fields: [list] }, [batch])).toBe('bad_offset');
  });
});

const compressed = (codec: number, method = 0): BatchSpec => ({ ...three, compression: { codec, method } });

describe('BatchValidator refuses', () => {
  const metadataCases: readonly (readonly [string, BatchSpec, string])[] = [
    ['a negative number of rows', { ...three, rows: -3, nodes: [[3, 0]] }, 'bad_batch'],
    ['an array of negative length', { ...three, nodes: [[-1, 0]] }, 'bad_batch'],
    ['a negative null count', { ...three, nodes: [[3, -1]] }, 'bad_batch'],
    ['more nulls than slots', { ...three, nodes: [[3, 4]] }, 'bad_batch'],
    ['a column of another length than the batch', { ...three, rows: 2, nodes: [[3, 0]] }, 'bad_batch'],
    ['a node too few', { ...three, nodes: [] }, 'bad_batch'],
    [
      'a node too many',
      {
        ...three,
        nodes: [
          [3, 0],
          [3, 0],
        ],
      },
      'bad_batch',
    ],
    ['a buffer too few', { rows: 3, buffers: [none] }, 'bad_batch'],
    ['a buffer too many', { rows: 3, buffers: [none, int32s(1, 2, 3), none] }, 'bad_batch'],
    ['a variadic count too many', { ...three, variadicCounts: [1] }, 'bad_batch'],
    ['values that are too short', { rows: 3, buffers: [none, int32s(1, 2)] }, 'bad_buffer'],
    ['a bitmap that is too short', { rows: 9, buffers: [bytesOf(0xff), new Uint8Array(36)] }, 'bad_buffer'],
    ['nulls without a bitmap', { ...three, nodes: [[3, 1]] }, 'bad_buffer'],
  ];
  it.each(metadataCases)('%s, before there is a body', (_, batch, code) => {
    expect(judgeMetadata([int], batch)).toBe(code);
  });

  const data = int32s(1, 2);
  const rangeCases = [
    ['outside of the body', { offset: 1000, length: 8 }],
    ['at a negative offset', { offset: -8, length: 8 }],
    ['of negative length', { offset: 0, length: -8 }],
    ['that is unaligned', { offset: 4, length: 8 }],
    ['that reaches beyond the body', { offset: 8, length: 16 }],
  ] as const;
  it.each(rangeCases)('a buffer %s', (_, range) => {
    const ranges = [{ offset: 0, length: 0 }, range];
    expect(judgeMetadata([int], { rows: 2, buffers: [none, data, data], ranges })).toBe('bad_buffer');
  });

  it('columns that share their bytes: a small body could pass for any number of them', () => {
    const columns = Array.from({ length: 100 }, () => int);
    const ranges = columns.flatMap(() => [
      { offset: 0, length: 0 },
      { offset: 0, length: 8 },
    ]);
    const nodes = columns.map(() => [2, 0] as const);
    expect(judgeMetadata(columns, { rows: 2, nodes, buffers: [none, data], ranges })).toBe('bad_buffer');
  });

  it('a second schema, and messages that are no batches', () => {
    expect(codeOf(() => validatorFor(schema).checkMetadata(encodeSchema(schema)))).toBe('schema_changed');
    const tensor = encodeFlatBuffer([flat.int16(4), flat.uint8(4), flat.table([]), flat.int64(0)]);
    expect(codeOf(() => validatorFor(schema).checkMetadata(tensor))).toBe('unexpected_message');
  });

  it('a batch of another metadata version than its schema', () => {
    expect(judge(schema, [{ ...three, version: 4 }])).toBe('bad_batch');
  });

  it('a body over the limit, and one that is not as long as its metadata says', () => {
    expect(judgeMetadata([int], three, { limits: { maxBatchBytes: 15 } })).toBe('too_large');
    const validator = validatorFor(schema);
    const [metadata, body] = encodeBatch(three);
    expect(codeOf(() => validator.checkBody(validator.checkMetadata(metadata), body.subarray(8)))).toBe('truncated');
  });

  it('a compressed batch when it was given no decoder, or does not know the codec', () => {
    expect(judgeMetadata([int], compressed(0))).toBe('unsupported_codec');
    expect(judgeMetadata([int], compressed(7))).toBe('unsupported_codec');
    expect(judgeMetadata([int], compressed(0, 1))).toBe('unsupported_codec');
  });

  it('a schema with a type, or of a version, that it does not know', () => {
    expect(codeOf(() => validatorFor({ fields: [{ name: 'n', type: types.newer }] }))).toBe('unknown_layout');
    expect(codeOf(() => validatorFor({ fields: [int], version: 3 }))).toBe('unknown_layout');
  });

  it('to check values of a big-endian schema; its structure it does', () => {
    expect(codeOf(() => validatorFor({ fields: [int], bigEndian: true }))).toBe('not_as_values');
    expect(judge({ fields: [int], bigEndian: true }, [three], { validate: 'structure' })).toBe('accepted');
  });
});

const values = (id: bigint, isDelta = false): BatchSpec => ({
  rows: 2,
  buffers: [none, bytesOf(1, 2)],
  dictionary: { id, isDelta },
});

describe('dictionaries', () => {
  const fields: FieldSpec[] = [{ name: 'd', type: types.int8, dictionary: 1n }];

  it('may be replaced in a stream, not in a file', () => {
    expect(judge({ fields }, [values(1n), values(1n)])).toBe('accepted');
    expect(judge({ fields }, [values(1n), values(1n)], { container: 'file' })).toBe('unexpected_message');
    expect(judge({ fields }, [values(1n), values(1n, true)], { container: 'file' })).toBe('accepted');
  });

  it('that no field uses are refused', () => {
    expect(judge({ fields }, [values(2n)])).toBe('unexpected_message');
  });

  it('can be extended only when they came', () => {
    expect(judge({ fields }, [values(1n, true)])).toBe('missing_dictionary');
  });

  it('are known from when their body was checked', () => {
    const validator = validatorFor({ fields });
    const [metadata] = encodeBatch(values(1n));
    expect(validator.checkMetadata(metadata)).toMatchObject({
      kind: 'dictionaryBatch',
      dictionary: { id: 1n, isDelta: false },
    });
    expect(codeOf(() => validate(validator, values(1n, true)))).toBe('missing_dictionary');
  });
});

describe('rows that no buffer backs', () => {
  const huge = 2 ** 50;
  const limits = { maxRows: 1000 };
  const judgeRows = (fields: readonly FieldSpec[], batch: BatchSpec): string =>
    judgeMetadata(fields, batch, { limits });
  const nothing: FieldSpec = { name: 'n', type: types.null };

  const bombs: readonly (readonly [string, readonly FieldSpec[], BatchSpec])[] = [
    ['no columns', [], { rows: huge, nodes: [] }],
    ['a null column', [nothing], { rows: huge, nodes: [[huge, huge]] }],
    ['binary of 0 bytes', [{ name: 'b', type: fixedSizeBinary(0) }], { rows: huge, buffers: [none, none] }],
    ['an empty struct', [{ name: 's', type: types.struct }], { rows: huge, buffers: [none] }],
    [
      'lists of 0 items',
      [{ name: 'l', type: fixedSizeList(0), children: [int] }],
      {
        rows: huge,
        nodes: [
          [huge, 0],
          [0, 0],
        ],
        buffers: [none, none, none],
      },
    ],
    [
      'one run',
      [{ name: 'r', type: types.runEndEncoded, children: [{ name: 'e', type: types.int64 }, nothing] }],
      {
        rows: huge,
        nodes: [
          [huge, 0],
          [1, 0],
          [1, 1],
        ],
        buffers: [none, new Uint8Array(8)],
      },
    ],
    [
      'lists of nulls',
      [{ name: 'l', type: fixedSizeList(2 ** 30), children: [nothing] }],
      {
        rows: 2000,
        nodes: [
          [2000, 0],
          [2000 * 2 ** 30, 0],
        ],
        buffers: [none],
      },
    ],
    [
      'a list with a null child',
      [{ name: 'l', type: types.list, children: [nothing] }],
      {
        rows: 1,
        nodes: [
          [1, 0],
          [huge, huge],
        ],
        buffers: [none, int32s(0, 1)],
      },
    ],
  ];
  it.each(bombs)('are refused over the limit: %s', (_, fields, batch) => {
    expect(judgeRows(fields, batch)).toBe('too_many_rows');
  });

  it('may be as many as the limit', () => {
    expect(judgeRows([nothing], { rows: 1000, nodes: [[1000, 1000]] })).toBe('accepted');
    expect(judgeRows([nothing], { rows: 1001, nodes: [[1001, 1001]] })).toBe('too_many_rows');
  });

  it('may be as many as a column beside them has', () => {
    const rows = 5000;
    const buffers = [none, new Uint8Array(4 * rows)];
    expect(
      judgeRows([nothing, int], {
        rows,
        nodes: [
          [rows, rows],
          [rows, 0],
        ],
        buffers,
      }),
    ).toBe('accepted');
    const struct: FieldSpec = { name: 's', type: types.struct, children: [nothing, int] };
    expect(
      judgeRows([struct], {
        rows,
        nodes: [
          [rows, 0],
          [rows, rows],
          [rows, 0],
        ],
        buffers: [none, ...buffers],
      }),
    ).toBe('accepted');
  });

  it('are named with their field', () => {
    const fields = [int, { name: 'l', type: types.list, children: [{ name: 'x', type: types.null }] }];
    const batch = {
      rows: 1,
      nodes: [
        [1, 0],
        [1, 0],
        [huge, 0],
      ] as const,
      buffers: [none, int32s(1), none, int32s(0, 1)],
    };
    const validator = new BatchValidator(readSchemaMessage(encodeSchema({ fields })));
    expect(errorOf(() => validate(validator, batch))).toMatchObject({ code: 'too_many_rows', path: 'l.x' });
  });
});
