import type { Tensor, TensorInfo } from '../tensor.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { allocateForTensor } from './memory.ts';

/** Tensors that lie side by side are read together up to this size; each larger one by itself. */
const RUN_BYTES = 4 * 2 ** 20;

/** Neighbours in a file, at least one. */
interface Run {
  readonly tensors: Map<string, TensorInfo>;
  readonly begin: number;
  readonly end: number;
}

/** All tensors of a file, in the order of the data. Those that were read together are views into one buffer. */
export async function readTensors(file: CheckpointFile, signal: AbortSignal | undefined): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const run of runs(file.header.tensors)) {
    const [firstName = ''] = run.tensors.keys();
    const bytes = allocateForTensor(run.end - run.begin, firstName);
    await file.read(bytes, file.header.dataStart + run.begin, signal);
    for (const [name, { dtype, shape, begin, end }] of run.tensors) {
      tensors.set(name, { dtype, shape, data: bytes.subarray(begin - run.begin, end - run.begin) });
    }
  }
  return tensors;
}

function* runs(infos: ReadonlyMap<string, TensorInfo>): Generator<Run> {
  let run: Run | undefined;
  for (const [name, info] of infos) {
    if (run !== undefined && info.end - run.begin <= RUN_BYTES) {
      run.tensors.set(name, info);
      run = { ...run, end: info.end };
    } else {
      if (run !== undefined) yield run;
      run = { tensors: new Map([[name, info]]), begin: info.begin, end: info.end };
    }
  }
  if (run !== undefined) yield run;
}
