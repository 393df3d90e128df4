// @ts-check
// Keeps up with the trainer's weights: what it has is the base of what it pulls, so only what changed travels.
import { downloadTensors } from '@towline/adapter-tensor';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';

const service = new DownloadService({ transport: await tcp({ endpointId: 'worker' }) });
/** @type {import('@towline/adapter-tensor/safetensors').StateDict | undefined} */
let weights;

/** One after the other: the trainer may hear of our success, and begin the next round, before we hear that it did. */
let pulled = Promise.resolve();

process.on('message', (/** @type {{ ref: import('@towline/downloader-core').Ref }} */ { ref }) => {
  pulled = pulled.then(() => pull(ref));
});
process.on('disconnect', () => void service.shutdown());

/** @param {import('@towline/downloader-core').Ref} ref */
async function pull(ref) {
  weights = await downloadTensors(service, ref, weights ? { base: weights } : {});
  console.log(`  worker: ${weights.tensors.size} tensors of round ${weights.metadata.get('round')}`);
}
