import { isPlainObject, type PlainObject } from './plain.ts';
import type { Schema } from './schema.ts';
import { printable } from './text.ts';

// What peers send is checked field by field. Of the code that runs for every message this is the most: it is ours, since a
// library's took 4 µs for a chunk's header once it was compiled, and tens of milliseconds to get there (decision 0018).

/** One field of a message, as it may come from a peer; and so a schema. */
export interface Field<T> extends Schema<T> {
  /** Gives the value itself, or a copy without what is dropped; throws a {@link FieldError} when it is not what it must be. */
  parse(value: unknown): T;
  /** Whether it may be absent. */
  readonly isOptional?: boolean;
  /** The fields of a map. */
  readonly shape?: Readonly<Record<string, Field<unknown>>>;
}

/** What is wrong with a message, and where. */
export class FieldError extends TypeError {
  /** The names and places that lead to the field, with dots between; empty for the whole. */
  readonly path: string;
  /** Says what it is not: `is not …`. */
  readonly problem: string;

  /** Makes the message of both: `path: problem`, or the problem alone for the whole. */
  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

/** A value that passes `test`; `problem` says what one that does not is: `is not …`. */
export function valueOf<T>(test: (value: unknown) => boolean, problem: string): Field<T> {
  return {
    parse(value) {
      if (!test(value)) throw new FieldError('', problem);
      return value as T;
    },
  };
}

/** A whole number from `least` to 2^53 - 1. */
export function whole(least: number): Field<number> {
  return valueOf(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `is not a whole number from ${least}`,
  );
}

/** A text of `least` (default 0) to `most` (default any number of) UTF-16 code units. */
export function text(least = 0, most = Infinity): Field<string> {
  const fits = (value: unknown): boolean => typeof value === 'string' && value.length >= least && value.length <= most;
  return valueOf(fits, `is not a text${numberOf(least, most, ' characters')}`);
}

/** True or false. */
export const flag: Field<boolean> = valueOf((value) => typeof value === 'boolean', 'is not true or false');

/** Bytes: as many as `length`, or any number of them. */
export function bytes(length?: number): Field<Uint8Array> {
  const fits = (value: unknown): boolean =>
    value instanceof Uint8Array && (length === undefined || value.byteLength === length);
  return valueOf(fits, length === undefined ? 'is not bytes' : `is not ${length} bytes`);
}

/** One of a few texts or numbers. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Field<T> {
  return valueOf((value) => values.includes(value as T), `is not ${values.join(' or ')}`);
}

/** A field that may be absent. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    isOptional: true,
    ...(field.shape && { shape: field.shape }),
    parse: (value) => (value === undefined ? undefined : field.parse(value)),
  };
}

/** A field whose value also passes `test`; `problem` says what one that does not is. */
export function refine<T>(field: Field<T>, test: (value: T) => boolean, problem: string): Field<T> {
  return {
    ...field,
    parse(value) {
      const parsed = field.parse(value);
      if (!test(parsed)) throw new FieldError('', problem);
      return parsed;
    },
  };
}

/** A list of `least` (default 0) to `most` (default any number of) values of one kind. */
export function listOf<T>(field: Field<T>, least = 0, most = Infinity): Field<readonly T[]> {
  const fits = (value: unknown): value is unknown[] =>
    Array.isArray(value) && value.length >= least && value.length <= most;
  const problem = `is not a list${numberOf(least, most)}`;
  return {
    parse(value) {
      if (!fits(value)) throw new FieldError('', problem);
      let list = value;
      for (let index = 0; index < value.length; index += 1) {
        const parsed = parseAt(field, value[index], index);
        if (parsed === value[index]) continue;
        if (list === value) list = [...value];
        list[index] = parsed;
      }
      return list as T[];
    },
  };
}

/** Two values of one kind. */
export function pairOf<T>(field: Field<T>): Field<readonly [T, T]> {
  return listOf(field, 2, 2) as Field<readonly unknown[]> as Field<readonly [T, T]>;
}

/** The fields of `T`, each under its name. */
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** A map: a plain object. Fields that are not known are dropped, so that a later version may add some. */
export function mapOf<T extends object>(shape: FieldsOf<T>): Field<T> {
  return anyMapOf(shape, false);
}

/** A map: a plain object. Fields that are not known are refused: for requests, of which nothing may be overlooked. */
export function strictMapOf<T extends object>(shape: FieldsOf<T>): Field<T> {
  return anyMapOf(shape, true);
}

/** A map of one of a few kinds, which the text under `name` tells apart. */
export function oneKindOf<T extends { readonly [P in K]: string }, const K extends string>(
  name: K,
  kinds: { readonly [V in T[K]]: Field<Extract<T, { readonly [P in K]: V }>> },
): Field<T> {
  const kind = oneOf(...(Object.keys(kinds) as T[K][]));
  return {
    parse(input) {
      return kinds[parseAt(kind, plain(input)[name], name)].parse(input);
    },
  };
}

function anyMapOf<T extends object>(shape: FieldsOf<T>, isStrict: boolean): Field<T> {
  const fields = Object.entries<Field<unknown>>(shape);
  const parse = (value: unknown): T => {
    const input = plain(value);
    let changed: Record<string, unknown> | undefined;
    let known = 0;
    for (const [name, field] of fields) {
      const given = input[name];
      const parsed = parseAt(field, given, name);
      if (parsed !== given) (changed ??= {})[name] = parsed;
      if (given !== undefined) known += 1;
    }
    const isWhole = Object.keys(input).length === known;
    if (isStrict && !isWhole) refuseUnknown(shape, input);
    // Mostly nothing is to be dropped, at no depth.
    return (isWhole && changed === undefined ? input : { ...onlyKnown(fields, input), ...changed }) as T;
  };
  return { shape, parse };
}

function plain(value: unknown): PlainObject {
  if (!isPlainObject(value)) throw new FieldError('', 'is not a map');
  return value;
}

function onlyKnown(fields: readonly [string, unknown][], input: PlainObject): PlainObject {
  const known: Record<string, unknown> = {};
  for (const [name] of fields) if (input[name] !== undefined) known[name] = input[name];
  return known;
}

function refuseUnknown(shape: object, input: PlainObject): void {
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) throw new FieldError('', `has a field that is not known: ${printable(unknown, 64)}`);
}

function parseAt<T>(field: Field<T>, value: unknown, at: string | number): T {
  try {
    return field.parse(value);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new FieldError(error.path === '' ? `${at}` : `${at}.${error.path}`, error.problem);
  }
}

function numberOf(least: number, most: number, unit = ''): string {
  if (most < Infinity) return ` of ${least === most ? least : `${least} to ${most}`}${unit}`;
  return least === 0 ? '' : ` of ${least} or more${unit}`;
}
