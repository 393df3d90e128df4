// @ts-check
// One owner, three receivers of different speed, and how far each of them is: node examples/progress/main.mjs
import { setTimeout as sleep } from 'node:timers/promises';
import { addTensors } from '@towline/adapter-tensor';
import { tensorFrom } from '@towline/adapter-tensor/safetensors';
import { consumer, downloadObject, DownloadService } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { ProgressLines } from './progress-lines.mjs';

const network = new MemoryNetwork();
const owner = new DownloadService({ transport: network.endpoint('owner') });
const lines = new ProgressLines(process.stderr);

const receivers = [
  { name: 'quick', msOfChunk: 10, chunks: Infinity },
  { name: 'slow', msOfChunk: 40, chunks: Infinity },
  { name: 'broken', msOfChunk: 25, chunks: 20 },
];
const transaction = owner.newTransaction({
  timeoutMs: 10_000,
  receivers: receivers.map(({ name }) => name),
  progressIntervalMs: 100, // for each receiver, ten events a second at most
  onProgress: (event) => lines.show(event),
});
const weights = tensorFrom(new Float32Array(8 * 2 ** 20), [8, 2 ** 20]); // 32 MiB
const ref = await addTensors(transaction, { tensors: new Map([['weights', weights]]) }, { chunkBytes: 2 ** 20 });

await Promise.all(receivers.map(receive));
const { receivers: all, status } = await transaction.complete();
console.log(`${all.filter((one) => one.status === 'success').length} of ${all.length} have everything: ${status}`);
await owner.shutdown();

/** @param {{ name: string, msOfChunk: number, chunks: number }} receiver */
async function receive({ name, msOfChunk, chunks }) {
  const service = new DownloadService({ transport: network.endpoint(name) });
  let left = chunks;
  const target = {
    [consumer]: /** @type {const} */ (true),
    async consume() {
      await sleep(msOfChunk); // in earnest: write it, load it, …
      left -= 1;
      if (left === 0) throw new Error('no room left');
    },
    downloadCompleted: () => 'done',
    downloadFailed: () => {},
  };
  // The owner counts what it has sent: a small window keeps that near to what is used.
  await downloadObject(service, ref, target, { windowBytes: 2 ** 20 }).catch(() => {}); // the outcome tells
  await service.shutdown();
}
