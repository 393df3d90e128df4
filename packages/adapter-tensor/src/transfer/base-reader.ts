import type { ReadonlyStateDict, TensorType } from '../safetensors/index.ts';
import { slices } from './digest.ts';

/** What a receiver has already: tensors of an older state. */
export interface BaseReader {
  readonly types: ReadonlyMap<string, TensorType>;
  /** The bytes of one of them, piece by piece; each lives until the next is asked for. Throws `base_changed`, `bad_base`. */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  close(): Promise<void>;
}

/** A base in memory. */
export function dictBase({ tensors }: ReadonlyStateDict): BaseReader {
  return {
    types: tensors,
    read: (name) => slices(tensors.get(name)?.data ?? new Uint8Array(0)),
    close: () => Promise.resolve(),
  };
}
