// @ts-check
// The owner's side of a counted transfer.
import { addTable } from '@towline/adapter-arrow';
import { FileDownloadable } from '@towline/adapter-file';
import { addTensors } from '@towline/adapter-tensor';
import { downloadable, DownloadService } from '@towline/downloader-core';
import { digestOfBatches, mixedBatches } from '../../../bench/peers/mixed-table.mjs';
import { digestOfDict, seededDict } from '../../../bench/peers/seeded-dict.mjs';
import { begin, countedTcp, done, say, told } from './counting.mjs';

const { what, path, bytes, chunkBytes, budgetBytes, receivers = 1, psk, objects } = await told();
const security = psk ? { psk: { keys: () => ({ key: Buffer.from(psk.key, 'hex') }) } } : {};
const transport = await countedTcp({ endpointId: 'owner', listen: '127.0.0.1:0', ...security });
const service = new DownloadService({ transport, ...(budgetBytes && { budgetBytes }) });
const transaction = service.newTransaction({ timeoutMs: 60_000, receiverCount: receivers });
const { refs, digest } = await add();
say({ refs, digest });
begin();
await told();
const counted = done();
await transaction.complete();
const { peakBytes, totalBytes } = service.stats().budget;
say({ ...counted, peakBytes, totalBytes });
await service.shutdown();
process.disconnect();

/** @returns {Promise<{ refs: readonly import('@towline/downloader-core').Ref[], digest?: string }>} */
async function add() {
  switch (what) {
    case 'file':
      return { refs: [transaction.addObject(await FileDownloadable.open(path, { chunkBytes }))] };
    case 'tensors': {
      const dict = seededDict({ bytes, layers: 2 });
      return { refs: [await addTensors(transaction, dict, { chunkBytes })], digest: digestOfDict(dict) };
    }
    case 'table': {
      const batches = mixedBatches(bytes, true);
      return { refs: [await addTable(transaction, batches, { chunkBytes })], digest: digestOfBatches(batches) };
    }
    default:
      return { refs: Array.from({ length: objects }, (_, index) => transaction.addObject(small(index))) };
  }
}

/**
 * An object of one chunk, its number again and again.
 * @param {number} index
 */
function small(index) {
  const data = new Uint8Array(new Uint32Array(bytes / objects / 4).fill(index).buffer);
  return {
    [downloadable]: /** @type {const} */ (true),
    maxChunkBytes: data.byteLength,
    stateSchema: { parse: (/** @type {unknown} */ input) => /** @type {{ done: boolean }} */ (input) },
    produce: (/** @type {{ done: boolean } | undefined} */ state) =>
      state
        ? { status: /** @type {const} */ ('eof') }
        : { status: /** @type {const} */ ('ok'), data, state: { done: true } },
  };
}
