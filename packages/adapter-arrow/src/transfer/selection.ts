import { invalidOption, patternMatcher } from '@towline/downloader-core/spi';
import { arrowError } from '../errors.ts';
import type { ArrowSchema } from '../validate/index.ts';

/** A part of an object. */
export interface ArrowSelection {
  /**
   * Top-level columns: texts in which `*` is any text, and exact names, which add up. A name that several columns have selects
   * all of them. The order stays that of the schema.
   */
  readonly columns?: readonly ColumnSelector[] | undefined;
  /** Rows from and up to but without, over all batches. As bytes only on the borders of batches. */
  readonly rows?: readonly [number, number] | undefined;
  /** Batches from and up to but without. Not together with `rows`. */
  readonly batches?: readonly [number, number] | undefined;
}

/** One entry of the columns of an {@link ArrowSelection}. */
export type ColumnSelector =
  /** Text in which `*` is any text. */
  | string
  /** The exact name, also one with a `*` in it. */
  | { readonly name: string };

/** Throws `invalid_argument`. */
export function checkSelection({ columns, rows, batches }: ArrowSelection): void {
  const isSelector = (one: ColumnSelector): boolean => typeof one === 'string' || typeof one?.name === 'string';
  if (columns !== undefined && (!Array.isArray(columns) || columns.length === 0 || !columns.every(isSelector)))
    invalidOption('columns', 'is not a list of names');
  if (rows !== undefined && batches !== undefined) invalidOption('rows', 'does not go with batches');
  for (const [name, range] of Object.entries({ rows, batches })) if (range !== undefined) checkRange(name, range);
}

/** The places of the columns that are wanted, rising. Throws `nothing_selected` for an exact name that is not there. */
export function resolveColumns({ fields }: ArrowSchema, columns: readonly ColumnSelector[]): readonly number[] {
  const matchers = columns.map((selector) => {
    if (typeof selector === 'string') return { selector, matches: patternMatcher(selector) };
    return { selector, matches: (name: string) => name === selector.name };
  });
  const names = fields.map(({ name }) => name ?? '');
  for (const { selector, matches } of matchers) {
    if (typeof selector === 'object' && !names.some(matches))
      throw arrowError('nothing_selected', `There is no column ${JSON.stringify(selector.name)}`);
  }
  return names.flatMap((name, place) => (matchers.some(({ matches }) => matches(name)) ? [place] : []));
}

function checkRange(name: string, range: readonly [number, number]): void {
  const [from, to] = range;
  if (range.length !== 2 || !Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from)
    invalidOption(name, 'is not [from, to] with 0 <= from <= to');
}
