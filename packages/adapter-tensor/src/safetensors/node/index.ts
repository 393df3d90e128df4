/**
 * Safetensors files, sharded checkpoints and folders on disk. Needs Node; the format itself is one entry higher.
 *
 * @module @towline/adapter-tensor/safetensors/node
 */
export { type CheckpointFile } from './checkpoint-file.ts';
export { Checkpoint, type CheckpointTensor, type ReadOptions, type ReadTensorOptions } from './checkpoint.ts';
export { parseIndex, type WeightMap } from './index-file.ts';
export { openCheckpoint, type OpenCheckpointOptions } from './open-checkpoint.ts';
export { writeCheckpointFile, type WriteCheckpointFileOptions } from './write-checkpoint-file.ts';
