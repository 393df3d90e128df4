import { invalidOption } from '@towline/downloader-core/spi';
import type { ReadonlyStateDict, TensorType } from '../safetensors/index.ts';
import { slices } from './digest.ts';

/** Tensors of an older state, open. */
export interface BaseReader {
  /** What the base has, by name. */
  readonly types: ReadonlyMap<string, TensorType>;
  /** The bytes of one of them, piece by piece; each lives until the next is asked for. Throws `base_changed`, `bad_base`. */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Called when nothing more is read, and once more when the download fails after that: closing twice does no harm. */
  close(): Promise<void>;
}

/** What a receiver has already, and how to get at it: see `checkpointBase` for what lies on a disk. */
export interface TensorBase {
  /** Called at most once for each download, when the owner has told what there is. Throws `bad_base`. */
  open(): Promise<BaseReader>;
}

/** A base as it was given: a dict, or what can be opened. Throws `invalid_argument`. */
export function baseOf(given: ReadonlyStateDict | TensorBase): TensorBase {
  if ('open' in given) return given;
  return given.tensors instanceof Map ? dictBase(given) : invalidOption('base', 'is no state dict');
}

function dictBase({ tensors }: ReadonlyStateDict): TensorBase {
  const reader: BaseReader = {
    types: tensors,
    read: (name) => slices(tensors.get(name)?.data ?? new Uint8Array(0)),
    close: () => Promise.resolve(),
  };
  return { open: () => Promise.resolve(reader) };
}
