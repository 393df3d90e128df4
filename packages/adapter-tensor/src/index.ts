/**
 * State dicts in memory. Runs anywhere JavaScript runs; checkpoints on disk are under `/node`.
 *
 * @module @towline/adapter-tensor
 */
export { tensorErrorCodes, type TensorErrorCode } from './errors.ts';
export { hasSelectedTensor } from './has-selected-tensor.ts';
export { addTensors, downloadTensors } from './helpers.ts';
export { iterateTensors } from './iterate-tensors.ts';
export { StateDictConsumer, type StateDictConsumerOptions } from './state-dict-consumer.ts';
export { StateDictDownloadable, type StateDictSourceOptions } from './state-dict-downloadable.ts';
export type { BaseReader, TensorBase } from './transfer/base-reader.ts';
export type { OnTensor } from './transfer/memory-sink.ts';
export type { CheckedRequest, DigestAlgorithm } from './transfer/request.ts';
export type { SelectableTensor, TensorSelection, TensorSelector } from './transfer/selection.ts';
export type { TensorTargetOptions } from './transfer/tensors-consumer.ts';
export type { TensorSourceOptions, TensorState } from './transfer/tensors-downloadable.ts';
