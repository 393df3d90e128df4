import { bytes, flag, oneOf, optional, pairOf, type Schema, strictMapOf, whole } from '@towline/downloader-core/spi';
import { asTensorError, tensorError } from '../errors.ts';
import { locateRows } from '../safetensors/index.ts';
import { indexesOf } from './bitmap.ts';
import type { Catalogue } from './catalogue.ts';

/** The bytes of one digest of a tensor. */
export const digestBytes = 16;

/** How tensors are compared: XXH64 with seeds 0 and 1, or SHA-256 cut to 16 bytes. */
export type DigestAlgorithm = 'xxh64' | 'sha256';

/** Which part of an object a download is to bring. As MessagePack carries it; the order is that of the catalogue. */
export type TensorRequest = {
  /** A bitmap of the tensors that are wanted. Absent: all. */
  readonly only?: Uint8Array | undefined;
  /** Of the one tensor in `only`, these rows. */
  readonly rows?: readonly [number, number] | undefined;
  /** Without the other files of the folder. */
  readonly bare?: boolean | undefined;
  /** What the receiver has: which of all tensors it could take from its base, and their digests one after the other. */
  readonly base?:
    | { readonly algorithm: DigestAlgorithm; readonly present: Uint8Array; readonly digests: Uint8Array }
    | undefined;
};

/** A request that fits its catalogue. */
export interface CheckedRequest {
  /** The places of the tensors that are wanted, rising. */
  readonly selected: readonly number[];
  /** Whether less than all tensors are wanted. */
  readonly narrowed: boolean;
  /** Of the one tensor that is wanted, rows from and up to but without. */
  readonly rows: readonly [number, number] | undefined;
  /** Without the other files of the folder. */
  readonly bare: boolean;
  /** What the receiver could take from its base: digests, by places of tensors. */
  readonly base: { readonly algorithm: DigestAlgorithm; readonly digests: ReadonlyMap<number, Uint8Array> } | undefined;
}

const baseFields = { algorithm: oneOf('xxh64', 'sha256'), present: bytes(), digests: bytes() };
const shape = strictMapOf<TensorRequest>({
  only: optional(bytes()),
  rows: optional(pairOf(whole(0))),
  bare: optional(flag),
  base: optional(strictMapOf<NonNullable<TensorRequest['base']>>(baseFields)),
});

/** Parses requests for one catalogue; untrusted. */
export function requestSchema(catalogue: Catalogue): Schema<CheckedRequest> {
  return { parse: (input) => checkRequest(catalogue, shape.parse(input)) };
}

/** What a request means for a catalogue. Throws what is wrong with it. */
export function checkRequest(catalogue: Catalogue, request: TensorRequest): CheckedRequest {
  const { only, rows, bare = false, base } = request;
  const { tensors, selection } = catalogue;
  if (!selection && only !== undefined) throw tensorError('selection_forbidden', 'The object is not given in parts');
  const selected = only === undefined ? tensors.map((_, index) => index) : bits(only, tensors.length);
  if (rows !== undefined) checkRows(catalogue, selected, rows, base !== undefined);
  return { selected, narrowed: only !== undefined, rows, bare, base: base && checkBase(base, tensors.length) };
}

function checkRows(
  { tensors }: Catalogue,
  [index, another]: readonly number[],
  rows: readonly [number, number],
  hasBase: boolean,
): void {
  const tensor = index === undefined || another !== undefined ? undefined : tensors[index];
  if (tensor === undefined || hasBase) throw new TypeError('rows are for one tensor, without a base');
  try {
    locateRows(tensor, rows, tensor.name);
  } catch (thrown) {
    throw asTensorError(thrown, 'nothing_selected');
  }
}

function checkBase(base: NonNullable<TensorRequest['base']>, tensors: number): NonNullable<CheckedRequest['base']> {
  const present = bits(base.present, tensors);
  if (base.digests.byteLength !== present.length * digestBytes) throw new TypeError('digests of another number');
  const digests = new Map(
    present.map((index, at) => [index, base.digests.subarray(at * digestBytes, (at + 1) * digestBytes)]),
  );
  return { algorithm: base.algorithm, digests };
}

function bits(bitmap: Uint8Array, length: number): number[] {
  const indexes = indexesOf(bitmap, length);
  if (indexes === undefined) throw new TypeError(`a bitmap that is not one of ${length} bits`);
  return indexes;
}
