import {
  bytes,
  type Field,
  FieldError,
  flag,
  listOf,
  mapOf,
  oneKindOf,
  oneOf,
  optional,
  pairOf,
  refine,
  strictMapOf,
  text,
  valueOf,
  whole,
} from '@towline/downloader-core/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What a field says of a value; nothing when it takes it. */
function problemOf(field: Field<unknown>, value: unknown): string | undefined {
  try {
    field.parse(value);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(FieldError);
    return (error as FieldError).message;
  }
}

type Point = { readonly x: number; readonly name?: string | undefined };
const pointFields = { x: whole(0), name: optional(text(1)) };
const point = mapOf<Point>(pointFields);
const strictPoint = strictMapOf<Point>(pointFields);
const pointInRow = mapOf<{ readonly row: readonly Point[] }>({ row: listOf(point) });

const notNumbers = [undefined, null, '1', true, 1n, [1], {}, new Number(1)];
const notTexts = [undefined, null, 1, ['a'], {}, new String('a')];
const notMaps = [undefined, null, 1, 'x', [], new Map(), new Date(0), new Uint8Array(1)];

describe('a field', () => {
  it.each<[string, Field<unknown>, readonly unknown[], readonly unknown[], string]>([
    [
      'a whole number',
      whole(8),
      [8, 2 ** 53 - 1],
      [7, 8.5, -8, 2 ** 53, Number.NaN, Infinity, -Infinity, ...notNumbers],
      'is not a whole number from 8',
    ],
    ['any text', text(), ['', 'x'.repeat(10_000), '\0'], notTexts, 'is not a text'],
    ['a text that is not empty', text(1), ['a'], ['', ...notTexts], 'is not a text of 1 or more characters'],
    ['a text of a length', text(1, 3), ['a', 'äöü', '😀x'], ['', '😀😀'], 'is not a text of 1 to 3 characters'],
    ['a flag', flag, [true, false], [undefined, null, 0, 1, 'true', new Boolean(true)], 'is not true or false'],
    [
      'any bytes',
      bytes(),
      [new Uint8Array(0), Buffer.alloc(3)],
      [undefined, null, 'x', [1], new Uint16Array(1), new DataView(new ArrayBuffer(1)), new ArrayBuffer(1)],
      'is not bytes',
    ],
    ['8 bytes', bytes(8), [new Uint8Array(8)], [new Uint8Array(7), new Uint8Array(9), '12345678'], 'is not 8 bytes'],
    ['a number of a few', oneOf(1, 2), [1, 2], [0, 3, '1', Number.NaN, undefined], 'is not 1 or 2'],
    ['a text of a few', oneOf('a', 'b'), ['a', 'b'], ['', 'c', 0, ['a'], undefined], 'is not a or b'],
    ['a value of ours', valueOf((value) => value === null, 'is not nothing'), [null], [0], 'is not nothing'],
    ['what may be absent', optional(text()), ['', undefined], [null, 0], 'is not a text'],
    ['any list', listOf(flag), [[], [true, false]], [undefined, null, {}, 'ab', new Uint8Array(1)], 'is not a list'],
    ['a list that is not empty', listOf(flag, 1), [[true]], [[]], 'is not a list of 1 or more'],
    ['a list of a length', listOf(flag, 1, 2), [[true]], [[], [true, true, true]], 'is not a list of 1 to 2'],
    ['a pair', pairOf(flag), [[true, false]], [[], [true], [true, true, true], 'ab'], 'is not a list of 2'],
    ['a map', point, [{ x: 1 }, { x: 1, name: 'a' }, { x: 1, name: undefined }], notMaps, 'is not a map'],
    ['a strict map', strictPoint, [{ x: 1 }, { x: 1, name: undefined }], notMaps, 'is not a map'],
    ['what is refined', refine(whole(0), (x) => x % 2 === 0, 'is odd'), [0, 2], [1, 3], 'is odd'],
    ['what is refined, looked at first', refine(whole(0), (x) => x % 2 === 0, 'is odd'), [], [0.5], 'is not a whole'],
  ])('that is %s takes what it must and says what is wrong with the rest', (_, field, right, wrong, problem) => {
    for (const value of right) expect(field.parse(value)).toEqual(value);
    for (const value of wrong) expect(problemOf(field, value)).toContain(problem);
  });

  it('says where', () => {
    expect(problemOf(point, {})).toBe('x: is not a whole number from 0');
    expect(problemOf(pointInRow, { row: [{ x: 1 }, { x: 1, name: '' }] })).toBe(
      'row.1.name: is not a text of 1 or more characters',
    );
    expect(problemOf(pointInRow, { row: Object.assign([{ x: 1 }], { 2: { x: 1 } }) })).toBe('row.1: is not a map');
    expect(problemOf(listOf(pairOf(whole(0))), [[1, 2], [3]])).toBe('1: is not a list of 2');
  });

  it('makes schemas whose type is that of its parts: the one of the guide', () => {
    const request = strictMapOf({ rows: pairOf(whole(0)), columns: optional(listOf(text(1, 256), 1, 64)) });
    const { rows, columns = [] } = request.parse({ rows: [0, 9] });
    expect([...rows, ...columns] satisfies (number | string)[]).toEqual([0, 9]);
    expect(problemOf(request, { rows: '1e9' })).toBe('rows: is not a list of 2');
    expect(problemOf(request, { rows: [0, 9], columns: [] })).toBe('columns: is not a list of 1 to 64');
  });

  it('lets other errors than its own pass as they are', () => {
    const broken = new RangeError('broken');
    const breaks: Field<number> = {
      parse() {
        throw broken;
      },
    };
    expect(() => mapOf<{ x: number }>({ x: breaks }).parse({})).toThrow(broken);
  });
});

describe('a field that is not known', () => {
  it('is dropped, at any depth, and what came stays as it is', () => {
    const row = [{ x: 1 }, { x: 2, y: 3 }, { x: 4, name: 'a' }] as const;
    const given = Object.freeze({ row: Object.freeze(row) });
    expect(pointInRow.parse(given)).toStrictEqual({ row: [{ x: 1 }, { x: 2 }, { x: 4, name: 'a' }] });
    expect(row[1]).toEqual({ x: 2, y: 3 });
    expect(pointInRow.parse({ row: [], more: 1 })).toStrictEqual({ row: [] });
  });

  it('costs no copy where there is none', () => {
    const given = { row: [{ x: 1 }, { x: 4, name: 'a' }] };
    expect(pointInRow.parse(given)).toBe(given);
  });

  it('is refused by a strict map, with its name made safe to print', () => {
    expect(problemOf(strictPoint, { x: 1, y: 2 })).toBe('has a field that is not known: y');
    expect(problemOf(strictPoint, { x: 1, y: undefined })).toBe('has a field that is not known: y');
    expect(problemOf(strictPoint, { x: 1, 'a\n': 2 })).toBe('has a field that is not known: a\\u{a}');
    expect(problemOf(listOf(strictPoint), [{ x: 1, y: 2 }])).toBe('0: has a field that is not known: y');
  });

  it.each(['__proto__', 'constructor', 'toString'])('may be called %s and is data', (name) => {
    const given: unknown = JSON.parse(`{"x":1,"${name}":{"name":"a"}}`);
    expect(Object.entries(point.parse(given))).toEqual([['x', 1]]);
    expect(Object.getPrototypeOf(point.parse(given))).toBe(Object.prototype);
    expect(problemOf(strictPoint, given)).toBe(`has a field that is not known: ${name}`);
  });

  it('is all that a map drops and a strict map refuses, whatever it is', () => {
    const maps = fc.dictionary(fc.constantFrom('x', 'name', 'y', 'z', '__proto__'), fc.constantFrom(1, 2, 'a'));
    fc.assert(
      fc.property(maps, (given) => {
        const isPoint = typeof given['x'] === 'number' && [undefined, 'a'].includes(given['name'] as string);
        const known = Object.entries(given).filter(([name]) => name === 'x' || name === 'name');
        const isAllKnown = known.length === Object.keys(given).length;
        expect(problemOf(point, given) === undefined).toBe(isPoint);
        expect(problemOf(strictPoint, given) === undefined).toBe(isPoint && isAllKnown);
        if (isPoint) expect(point.parse(given)).toEqual(Object.fromEntries(known));
      }),
    );
  });
});

describe('one of a few kinds', () => {
  type Shape = { readonly is: 'dot' } | { readonly is: 'disc'; readonly radius: number };
  const shape = oneKindOf<Shape, 'is'>('is', {
    dot: mapOf<{ readonly is: 'dot' }>({ is: oneOf('dot') }),
    disc: mapOf<{ readonly is: 'disc'; readonly radius: number }>({ is: oneOf('disc'), radius: whole(1) }),
  });

  it('has the fields of its own kind', () => {
    expect(shape.parse({ is: 'dot', radius: 0 })).toStrictEqual({ is: 'dot' });
    expect(shape.parse({ is: 'disc', radius: 2 })).toStrictEqual({ is: 'disc', radius: 2 });
    expect(problemOf(shape, { is: 'disc', radius: 0 })).toBe('radius: is not a whole number from 1');
  });

  it.each([undefined, null, 1, 'square', 'toString', '__proto__', ['dot']])('is none of the kind %j', (is) => {
    expect(problemOf(shape, { is, radius: 1 })).toBe('is: is not dot or disc');
  });

  it('is a map', () => {
    for (const value of notMaps) expect(problemOf(shape, value)).toBe('is not a map');
  });
});
