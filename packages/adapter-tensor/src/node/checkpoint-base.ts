import { isSafetensorsError } from '../safetensors/index.ts';
import { type Checkpoint, openCheckpoint } from '../safetensors/node/index.ts';
import { asTensorError, tensorError } from '../errors.ts';
import type { BaseReader, TensorBase } from '../transfer/base-reader.ts';

const sliceBytes = 4 * 1024 * 1024;

/**
 * An older copy on disk, a file, an index or a folder, as the base of a download. It is read as it is needed, and digested again
 * while it is copied. Opening it fails with `bad_base`; a change meanwhile with `base_changed`.
 */
export function checkpointBase(path: string): TensorBase {
  return { open: () => openBase(path) };
}

async function openBase(path: string): Promise<BaseReader> {
  try {
    const checkpoint = await openCheckpoint(path);
    return {
      types: checkpoint.tensors,
      read: (name, signal) => readSlices(checkpoint, name, signal),
      close: () => checkpoint.close(),
    };
  } catch (thrown) {
    throw asTensorError(thrown, 'bad_base');
  }
}

async function* readSlices(checkpoint: Checkpoint, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { begin = 0, end = 0 } = checkpoint.tensors.get(name) ?? {};
  const size = end - begin;
  const buffer = new Uint8Array(Math.min(sliceBytes, size));
  for (let offset = 0; offset < size; offset += sliceBytes) {
    const slice = buffer.subarray(0, Math.min(sliceBytes, size - offset));
    try {
      await checkpoint.readInto(name, slice, offset, { signal });
    } catch (thrown) {
      if (!isSafetensorsError(thrown)) throw thrown;
      throw tensorError(thrown.code === 'file_changed' ? 'base_changed' : 'bad_base', thrown.message, thrown);
    }
    yield slice;
  }
}
