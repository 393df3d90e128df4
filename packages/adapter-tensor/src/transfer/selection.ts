import { invalidOption, patternMatcher } from '@towline/downloader-core/spi';
import { tensorError } from '../errors.ts';
import { quotedName } from './quoted-name.ts';
import type { Catalogue, CatalogueTensor } from './catalogue.ts';

/**
 * Which tensors are wanted: texts in which `*` is any text, and exact names, which add up; of one exact name alone also
 * `rows: [from, to]`, up to but without `to`. Or a predicate over the tensors' types, which stays here.
 */
export type TensorSelection = readonly TensorSelector[] | ((tensor: SelectableTensor) => boolean);

/** One entry of a {@link TensorSelection}. */
export type TensorSelector =
  /** Text in which `*` is any text. */
  | string
  /** The exact name, also one with a `*` in it; `rows` from and up to but without. */
  | { readonly name: string; readonly rows?: readonly [number, number] | undefined };

/** What a predicate sees of a tensor. */
export type SelectableTensor = Pick<CatalogueTensor, 'name' | 'dtype' | 'shape' | 'bytes'>;

/** What a selection means for a catalogue. */
export interface Selected {
  /** Places in the catalogue, rising. */
  readonly indexes: readonly number[];
  readonly rows: readonly [number, number] | undefined;
  /** Patterns that nothing matches. */
  readonly unmatched: readonly string[];
}

/** Throws `invalid_argument`. */
export function checkSelection(only: TensorSelection): void {
  if (typeof only === 'function') return;
  if (!Array.isArray(only) || only.length === 0) invalidOption('only', 'is neither a list of names nor a function');
  const isSelector = (one: TensorSelector): boolean => typeof one === 'string' || typeof one?.name === 'string';
  if (!only.every(isSelector)) invalidOption('only', 'has an entry that is neither a text nor { name }');
  const withRows = only.some((one) => typeof one === 'object' && one.rows !== undefined);
  if (withRows && only.length > 1) invalidOption('only', 'has rows beside other tensors');
}

/** Resolves a selection. Throws `nothing_selected` for an exact name that is not there. */
export function resolveSelection({ tensors }: Pick<Catalogue, 'tensors'>, only: TensorSelection): Selected {
  if (typeof only === 'function') {
    const indexes = tensors.flatMap((tensor, index) => (only(tensor) ? [index] : []));
    return { indexes, rows: undefined, unmatched: [] };
  }
  const matchers = only.map((selector) => ({ selector, matches: matcherOf(selector), count: 0 }));
  const indexes = tensors.flatMap(({ name }, index) => {
    const matching = matchers.filter(({ matches }) => matches(name));
    for (const matcher of matching) matcher.count += 1;
    return matching.length > 0 ? [index] : [];
  });
  const without = matchers.filter(({ count }) => count === 0).map(({ selector }) => selector);
  const absent = without.find((selector) => typeof selector === 'object');
  if (absent !== undefined) throw tensorError('nothing_selected', `There is no tensor ${quotedName(absent.name)}`);
  const [first] = only;
  const rows = typeof first === 'object' ? first.rows : undefined;
  return { indexes, rows, unmatched: without.filter((selector) => typeof selector === 'string') };
}

function matcherOf(selector: TensorSelector): (name: string) => boolean {
  return typeof selector === 'object' ? (name) => name === selector.name : patternMatcher(selector);
}
