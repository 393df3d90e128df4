import { isPlainObject, type PlainObject } from '../base/plain.ts';

// What peers send is checked field by field. Of the code that runs for every message this is the most: it is ours, since a
// library's took 4 µs for a chunk's header once it was compiled, and milliseconds to get there (decision 0018).

/** One field of a message, as it may come from a peer. */
export interface Field<T> {
  /** Gives the value; throws a {@link FieldError} when it is not what it must be. */
  read(value: unknown): T;
  readonly isOptional?: boolean;
  /** The fields of a map. */
  readonly shape?: Readonly<Record<string, Field<unknown>>>;
}

/** What is wrong with a message, and where. */
export class FieldError extends TypeError {
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

/** A value that passes `test`; `problem` says what one that does not is: `is not …`. */
export function valueOf<T>(test: (value: unknown) => boolean, problem: string): Field<T> {
  return {
    read(value) {
      if (!test(value)) throw new FieldError('', problem);
      return value as T;
    },
  };
}

/** A whole number from `least`. */
export function whole(least: number): Field<number> {
  return valueOf(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `is not a whole number from ${least}`,
  );
}

/** A text of `least` to `most` UTF-16 code units. */
export function text(least: number, most: number): Field<string> {
  const fits = (value: unknown): boolean => typeof value === 'string' && value.length >= least && value.length <= most;
  return valueOf(fits, `is not a text of ${least} to ${most} characters`);
}

/** One of a few texts. */
export function oneOf<const T extends string>(...values: readonly T[]): Field<T> {
  return valueOf((value) => values.includes(value as T), `is not ${values.join(' or ')}`);
}

/** A list of `least` to `most` values of one kind. */
export function listOf<T>(field: Field<T>, least: number, most: number): Field<readonly T[]> {
  const fits = (value: unknown): value is unknown[] =>
    Array.isArray(value) && value.length >= least && value.length <= most;
  return {
    read(value) {
      if (!fits(value)) throw new FieldError('', `is not a list of ${least} to ${most}`);
      for (let index = 0; index < value.length; index += 1) readAt(field, value[index], index);
      return value as T[];
    },
  };
}

/** A field that may be absent. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    isOptional: true,
    ...(field.shape && { shape: field.shape }),
    read: (value) => (value === undefined ? undefined : field.read(value)),
  };
}

/** The fields of `T`, each under its name. */
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** A map. Fields that are not known are dropped. */
export function mapOf<T extends object>(shape: FieldsOf<T>): Field<T> {
  const fields = Object.entries<Field<unknown>>(shape);
  const read = (input: unknown): T => {
    if (!isPlainObject(input)) throw new FieldError('', 'is not a map');
    let known = 0;
    for (const [name, field] of fields) {
      const value = input[name];
      if (readAt(field, value, name) !== value) return onlyKnown(fields, input) as T;
      if (value !== undefined) known += 1;
    }
    // Mostly nothing is to be dropped, at no depth.
    return (Object.keys(input).length === known ? input : onlyKnown(fields, input)) as T;
  };
  return { shape, read };
}

function onlyKnown(fields: readonly [string, Field<unknown>][], input: PlainObject): PlainObject {
  const known: Record<string, unknown> = {};
  for (const [name, field] of fields) {
    const value = readAt(field, input[name], name);
    if (value !== undefined) known[name] = value;
  }
  return known;
}

function readAt(field: Field<unknown>, value: unknown, at: string | number): unknown {
  try {
    return field.read(value);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new FieldError(error.path === '' ? `${at}` : `${at}.${error.path}`, error.problem);
  }
}
