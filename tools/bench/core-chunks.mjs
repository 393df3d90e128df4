// @ts-check
// What a chunk costs in core: small chunks through memory, in one process.
import { downloadable, DownloadService, downloadObject } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { Counting } from './counting.mjs';

const chunkBytes = 1024;

/** @param {number} chunks @returns {Promise<import('./interleave.mjs').Measured>} */
export async function moveChunks(chunks) {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('receiver') });
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
  const startMs = performance.now();
  const bytes = await downloadObject(receiver, transaction.addObject(source(chunks)), new Counting());
  const microsecondsPerChunk = ((performance.now() - startMs) * 1000) / chunks;
  if (bytes !== chunks * chunkBytes) throw new Error(`${bytes} bytes came`);
  await transaction.complete();
  await Promise.all([owner.shutdown(), receiver.shutdown()]);
  return { microsecondsPerChunk };
}

/** @param {number} chunks */
function source(chunks) {
  const data = new Uint8Array(chunkBytes);
  return {
    [downloadable]: /** @type {const} */ (true),
    maxChunkBytes: chunkBytes,
    stateSchema: { parse: (/** @type {unknown} */ input) => /** @type {{ next: number }} */ (input) },
    produce: (/** @type {{ next: number } | undefined} */ state) => {
      const next = (state?.next ?? 0) + 1;
      return next > chunks
        ? { status: /** @type {const} */ ('eof') }
        : { status: /** @type {const} */ ('ok'), data, state: { next } };
    },
  };
}
