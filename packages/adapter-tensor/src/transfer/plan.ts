import { equalBytes, type Placed, type Totals } from '@towline/downloader-core/spi';
import { locateRows } from '../safetensors/index.ts';
import { type Catalogue, sourceBytes } from './catalogue.ts';
import { type CheckedRequest, digestBytes } from './request.ts';

/** Bytes of one tensor or other file, and where they stand in the download. */
export interface Piece extends Placed {
  /** A tensor by its place in the catalogue, or behind them all an other file. */
  readonly source: number;
  /** From the start of the source. */
  readonly begin: number;
}

/** All that one download brings, in order: a pure function of the catalogue, the request and the owner's digests. */
export interface Plan {
  /** The owner's digests of the tensors that are wanted; only where there is a base. */
  readonly prefix: Uint8Array | undefined;
  /** None of them is empty. */
  readonly pieces: readonly Piece[];
  readonly totalBytes: number;
}

/** Everything. */
export function wholePlan(catalogue: Catalogue): Plan {
  const selected = catalogue.tensors.map((_, index) => index);
  return planDownload(catalogue, { selected, narrowed: false, rows: undefined, bare: false, base: undefined });
}

/** What a request brings. `digests`: the owner's, of the selected tensors one after the other, where there is a base. */
export function planDownload(catalogue: Catalogue, request: CheckedRequest, digests?: Uint8Array): Plan {
  const travelling = digests === undefined ? request.selected : differing(request, digests);
  const pieces: Piece[] = [];
  let at = digests?.byteLength ?? 0;
  const add = (source: number, begin: number, end: number): void => {
    if (end > begin) pieces.push({ source, begin, bytes: end - begin, at });
    at += end - begin;
  };
  for (const source of travelling) {
    const { begin, end } = extent(catalogue, source, request.rows);
    add(source, begin, end);
  }
  for (const source of othersOf(catalogue, request)) add(source, 0, sourceBytes(catalogue, source));
  return { prefix: digests, pieces, totalBytes: at };
}

/** Items are the tensors and files that have bytes: one without has no chunk in which it could end. */
export function totalsOf({ totalBytes, pieces }: Plan): Required<Totals> {
  return { totalBytes, totalItems: pieces.length };
}

/** The other files that travel: an index would not be true of a part. */
export function othersOf({ tensors, others, indexPath }: Catalogue, { bare, narrowed }: CheckedRequest): number[] {
  if (bare) return [];
  return others.flatMap(({ path }, index) => (narrowed && path === indexPath ? [] : [tensors.length + index]));
}

function differing({ selected, base }: CheckedRequest, digests: Uint8Array): number[] {
  return selected.filter((index, place) => {
    const known = base?.digests.get(index);
    return known === undefined || !equalBytes(known, digestAt(digests, place));
  });
}

/** The digest at a place of a list of them. */
export function digestAt(digests: Uint8Array, place: number): Uint8Array {
  return digests.subarray(place * digestBytes, (place + 1) * digestBytes);
}

function extent(
  catalogue: Catalogue,
  source: number,
  rows: CheckedRequest['rows'],
): { readonly begin: number; readonly end: number } {
  const tensor = catalogue.tensors[source];
  if (rows !== undefined && tensor !== undefined) return locateRows(tensor, rows, tensor.name);
  return { begin: 0, end: sourceBytes(catalogue, source) };
}
