import { type FlatFields, type FlatTable, FlatBuffer, encodeFlatBuffer, flat } from '@towline/adapter-arrow/validate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../support/present.ts';
import { codeOf, verdictOf } from '../support/expect-format-error.ts';

const rootOf = (fields: FlatFields): FlatTable => new FlatBuffer(encodeFlatBuffer(fields)).root();

/** A flatbuffer by hand: 32-bit words. */
const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

function nested(depth: number): FlatFields {
  let fields: FlatFields = [];
  for (let level = 1; level < depth; level++) fields = [flat.table(fields)];
  return fields;
}

function descend(table: FlatTable): number {
  const inner = table.table(0);
  return inner === undefined ? 1 : 1 + descend(inner);
}

describe('a flatbuffer that was written', () => {
  it('reads back as it was', () => {
    const table = rootOf([
      flat.uint8(200),
      flat.bool(true),
      flat.int16(-3),
      undefined,
      flat.int32(-70_000),
      flat.int64(-(2n ** 60n)),
    ]);
    expect([table.uint8(0), table.bool(1), table.int16(2), table.int32(4)]).toEqual([200, true, -3, -70_000]);
    expect(table.int64(5)).toBe(-(2n ** 60n));
  });

  it('keeps texts, tables and vectors', () => {
    const table = rootOf([
      flat.string('größe'),
      flat.table([flat.int64(7)]),
      flat.tables([[flat.string('a')], [], [flat.string('')]]),
      flat.int64s([1, -2, 3, 4], 2),
    ]);
    expect(table.string(0)).toBe('größe');
    expect(table.table(1)?.safeInt64(0)).toBe(7);
    expect(table.tables(2).map((one) => one.string(0))).toEqual(['a', undefined, '']);
    const range = present(table.vector(3, 16), 'vector');
    expect(range.count).toBe(2);
    expect([0, 8, 16, 24].map((at) => table.safeInt64At(range.start + at))).toEqual([1, -2, 3, 4]);
  });

  it('gives defaults for fields that were left out, also those that its writer did not know', () => {
    const table = rootOf([undefined, flat.bool(false)]);
    expect([table.int16(0, 5), table.int32(7, -1), table.safeInt64(7), table.uint8(9)]).toEqual([5, -1, 0, 0]);
    expect([table.string(0), table.table(7), table.vector(7, 8), table.tables(7)]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });

  it('aligns every value to its size', () => {
    const bytes = encodeFlatBuffer([flat.uint8(1), flat.string('abc'), flat.int64(5), flat.int64s([6, 7])]);
    const range = present(new FlatBuffer(bytes).root().vector(3, 8), 'vector');
    expect(range.start % 8).toBe(0);
    expect(bytes.length % 8).toBe(0);
  });

  it('is larger than a table of a thousand entries when it has to be', () => {
    const many = rootOf([flat.tables(Array.from({ length: 5000 }, (_, index) => [flat.int32(index)]))]).tables(0);
    expect(many.map((one) => one.int32(0))).toEqual(Array.from({ length: 5000 }, (_, index) => index));
  });
});

const rootCode = (bytes: Uint8Array): string => codeOf(() => new FlatBuffer(bytes).root());

describe('FlatBuffer refuses', () => {
  it('tables over 64 deep', () => {
    expect(descend(rootOf(nested(64)))).toBe(64);
    expect(codeOf(() => descend(rootOf(nested(65))))).toBe('too_deep');
  });

  it('objects shared so often that reading them would never end', () => {
    const readAll = (table: FlatTable): number => table.tables(0).reduce((total, inner) => total + readAll(inner), 1);
    expect(readAll(new FlatBuffer(sharedTables(3, 4)).root())).toBe(1 + 4 + 16);
    expect(codeOf(() => readAll(new FlatBuffer(sharedTables(20, 100)).root()))).toBe('too_complex');
  });

  it('a vector that claims more elements than there are bytes', () => {
    const bytes = encodeFlatBuffer([flat.int64s([1, 2, 3])]);
    const { start } = present(new FlatBuffer(bytes).root().vector(0, 8), 'vector');
    new DataView(bytes.buffer).setUint32(start - 4, 2 ** 32 - 1, true);
    expect(codeOf(() => new FlatBuffer(bytes).root().vector(0, 8))).toBe('bad_flatbuffer');
  });

  it('text that is not UTF-8', () => {
    const bytes = encodeFlatBuffer([flat.string('abc')]);
    bytes[bytes.indexOf(97)] = 0xff;
    expect(codeOf(() => new FlatBuffer(bytes).root().string(0))).toBe('bad_flatbuffer');
  });

  it('a length over 2^53', () => {
    expect(codeOf(() => rootOf([flat.int64(2n ** 53n)]).safeInt64(0))).toBe('bad_flatbuffer');
    expect(rootOf([flat.int64(2n ** 53n - 1n)]).safeInt64(0)).toBe(2 ** 53 - 1);
  });

  it('no bytes, and a root, a vtable or a table outside of them', () => {
    expect(rootCode(new Uint8Array(0))).toBe('bad_flatbuffer');
    expect(rootCode(words(100))).toBe('bad_flatbuffer');
    expect(rootCode(words(8, 0, 1000))).toBe('bad_flatbuffer');
    // A vtable of 4 bytes at 4 that gives its table 100 bytes.
    expect(rootCode(words(8, 0x0064_0004, 4))).toBe('bad_flatbuffer');
    expect(rootCode(words(8, 0x0004_0003, 4))).toBe('bad_flatbuffer');
  });

  it('a field outside of its table', () => {
    // A vtable of 6 bytes at 4: its field is at 6, of a table of 8 bytes at 12.
    const table = new FlatBuffer(words(12, 0x0008_0006, 0x0006, 8, 0)).root();
    expect(table.int16(0)).toBe(0);
    expect(codeOf(() => table.int32(0))).toBe('bad_flatbuffer');
  });

  it('or reads within its bytes, whatever they are, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 200 }), (bytes) => {
        // A small root offset, so that many of them have a table.
        const near = bytes.with(0, (bytes[0] ?? 0) % 64).fill(0, 1, 4);
        expect(['accepted', 'bad_flatbuffer', 'too_deep', 'too_complex']).toContain(
          verdictOf(() => visit(new FlatBuffer(near).root())),
        );
      }),
      { numRuns: 3000 },
    );
  });
});

/** Reads each slot in every way. */
function visit(table: FlatTable): void {
  for (let slot = 0; slot < 4; slot++) {
    table.int64(slot);
    table.string(slot);
    table.vector(slot, 16);
    table.tables(slot).forEach(visit);
    const inner = table.table(slot);
    if (inner !== undefined) visit(inner);
  }
}

/**
 * A buffer of `levels` tables, one after the other; each has a vector of `fanOut` references, all to the next table. The
 * last vector is empty.
 */
function sharedTables(levels: number, fanOut: number): Uint8Array {
  const levelWords = 5 + fanOut;
  const values = [12];
  for (let level = 0; level < levels; level++) {
    const count = level === levels - 1 ? 0 : fanOut;
    // Vtable of 6 bytes and padding, the table with the offset of its vector, the vector.
    const references = Array.from({ length: fanOut }, (_, index) => 4 * (levelWords - 3 - index));
    values.push(0x0008_0006, 0x0004, 8, 4, count, ...references);
  }
  return words(...values);
}
