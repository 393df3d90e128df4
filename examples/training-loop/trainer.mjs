// @ts-check
// Trains a toy model and hands its weights to a worker after every round: node examples/training-loop/trainer.mjs [rounds]
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { addTensors } from '@towline/adapter-tensor';
import { tensorFrom } from '@towline/adapter-tensor/safetensors';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';

const rounds = Number(process.argv[2] ?? 5);
const layers = 40;

/** @type {Map<string, import('@towline/adapter-tensor/safetensors').Tensor>} 40 layers of 256 KiB */
const tensors = new Map();
for (let layer = 0; layer < layers; layer += 1) tensors.set(`layers.${layer}.weight`, weights(layer));

const service = new DownloadService({ transport: await tcp({ endpointId: 'trainer', listen: '127.0.0.1:0' }) });
const worker = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)));

for (let round = 1; round <= rounds; round += 1) {
  if (round > 1) train(round);
  const transaction = service.newTransaction({ timeoutMs: 30_000, receiverCount: 1 });
  worker.send({ ref: await addTensors(transaction, { tensors, metadata: new Map([['round', `${round}`]]) }) });
  // Nobody writes to the tensors before this resolves.
  const { status, goodputBytes } = await transaction.complete();
  const all = layers * 256 * 1024;
  console.log(
    `round ${round}: ${status}, ${goodputBytes} of ${all} bytes (${((goodputBytes / all) * 100).toFixed(1)} %)`,
  );
}
worker.disconnect();
await service.shutdown();

/**
 * A round of training: one layer gets other values, in memory of its own.
 * @param {number} round
 */
function train(round) {
  tensors.set(`layers.${(round * 7) % layers}.weight`, weights(round + layers));
}

/** @param {number} seed */
function weights(seed) {
  const values = Float32Array.from({ length: 64 * 1024 }, (_, at) => Math.sin(seed * 1000 + at));
  return tensorFrom(values, [256, 256]);
}
