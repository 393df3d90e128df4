import { invalidArgument } from '../arguments.ts';
import { SafetensorsError } from '../errors.ts';
import { copyMetadata, mergedMetadata } from '../metadata.ts';
import { locateRows, type RowRange } from '../rows.ts';
import type { StateDict, Tensor, TensorInfo } from '../tensor.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { allocateForTensor } from './memory.ts';
import { readTensors } from './read-tensors.ts';

/** A tensor's type, its place, and the file that holds it. */
export interface CheckpointTensor extends TensorInfo {
  /** Open as long as the {@link Checkpoint} is. */
  readonly file: CheckpointFile;
}

/** Options of everything that reads from a {@link Checkpoint}. */
export interface ReadOptions {
  /** Rejects the read with its reason; looked at every 16 MiB. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of what reads one tensor. */
export interface ReadTensorOptions extends ReadOptions {
  /** Only these rows: the result's shape begins with their number. Default: all of the tensor. */
  readonly rows?: RowRange | undefined;
}

/** What {@link openCheckpoint} found. Holds its files open until it is closed; holds no data. */
export class Checkpoint implements AsyncDisposable {
  /** The file or index that was opened. */
  readonly path: string;
  /** Whether an index says which files belong to it. */
  readonly sharded: boolean;
  /** Its safetensors files, ordered by the bytes of their names. */
  readonly files: readonly CheckpointFile[];
  /** In the order of the files, and in them of the data. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** That of all files; of a key that several have, the value of the first. */
  readonly metadata: ReadonlyMap<string, string>;

  /** Not for applications: see {@link openCheckpoint}. */
  constructor(path: string, sharded: boolean, files: readonly CheckpointFile[]) {
    this.path = path;
    this.sharded = sharded;
    this.files = files;
    this.tensors = mergedTensors(files);
    this.metadata = mergedMetadata(files);
  }

  /**
   * Reads one tensor, or rows of it, into memory of its own, at its start aligned for any dtype.
   * @throws SafetensorsError `unknown_tensor`, `invalid_rows`, `tensor_too_large` before anything is allocated,
   * `file_changed`, `closed`, `file_system`; the signal's reason
   */
  async readTensor(name: string, options: ReadTensorOptions = {}): Promise<Tensor> {
    const { dtype, shape, file, begin, end } = this.#info(name);
    const { rows, signal } = options;
    const part = rows === undefined ? { begin: 0, end: end - begin, shape } : locateRows({ dtype, shape }, rows, name);
    const data = allocateForTensor(part.end - part.begin, name);
    await file.read(data, file.header.dataStart + begin + part.begin, signal);
    return { dtype, shape: part.shape, data };
  }

  /**
   * Fills `target` with bytes of a tensor, from byte `offset` of its data on: any size of tensor can be read piece by piece.
   * @throws SafetensorsError `unknown_tensor`, `invalid_argument` when the bytes do not all lie in the tensor,
   * `file_changed`, `closed`, `file_system`; the signal's reason
   */
  async readInto(name: string, target: Uint8Array, offset: number, options: ReadOptions = {}): Promise<void> {
    const { file, begin, end } = this.#info(name);
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + target.byteLength > end - begin) {
      invalidArgument('offset', `must leave ${target.byteLength} bytes within the ${end - begin} of the tensor`);
    }
    await file.read(target, file.header.dataStart + begin + offset, options.signal);
  }

  /**
   * Reads all of it. Small tensors that lie side by side share one buffer.
   * @throws SafetensorsError as {@link readTensor}
   */
  async readStateDict(options: ReadOptions = {}): Promise<StateDict> {
    const tensors = new Map<string, Tensor>();
    for (const file of this.files) {
      for (const [name, tensor] of await readTensors(file, options.signal)) tensors.set(name, tensor);
    }
    return { tensors, metadata: copyMetadata(this.metadata) };
  }

  /** Closes the files, after reads that are under way. Closing twice does nothing. */
  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #info(name: string): CheckpointTensor {
    const info = this.tensors.get(name);
    if (info !== undefined) return info;
    throw new SafetensorsError('unknown_tensor', 'is not in the checkpoint', { tensor: name, file: this.path });
  }
}

function mergedTensors(files: readonly CheckpointFile[]): Map<string, CheckpointTensor> {
  const tensors = new Map<string, CheckpointTensor>();
  for (const file of files) {
    for (const [name, { dtype, shape, begin, end }] of file.header.tensors) {
      tensors.set(name, { dtype, shape, begin, end, file });
    }
  }
  return tensors;
}
