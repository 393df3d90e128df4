// @ts-check
// The receivers' side of a counted transfer, all in one process.
import { downloadTable } from '@towline/adapter-arrow';
import { downloadFile } from '@towline/adapter-file';
import { downloadTensors } from '@towline/adapter-tensor';
import { consumer, downloadAll, DownloadService } from '@towline/downloader-core';
import { digestOfBatches } from '../../../bench/peers/mixed-table.mjs';
import { digestOfDict } from '../../../bench/peers/seeded-dict.mjs';
import { begin, countedTcp, done, say, told } from './counting.mjs';

const { what, directory, receivers = 1, psk, refs, windowBytes } = await told();
const options = windowBytes ? { windowBytes } : {};
const security = psk ? { psk: { identity: psk.identity, key: Buffer.from(psk.key, 'hex') } } : {};
const names = Array.from({ length: receivers }, (_, index) => `receiver-${index}`);
const services = await Promise.all(
  names.map(async (name) => new DownloadService({ transport: await countedTcp({ endpointId: name, ...security }) })),
);
begin();
const results = await Promise.all(services.map((service, index) => download(service, names[index] ?? '')));
const counted = done();
await Promise.all(services.map((service) => service.shutdown()));
say({ ...counted, digests: results.map((digest) => digest?.()) });
process.disconnect();

/**
 * @param {DownloadService} service
 * @param {string} name
 * @returns {Promise<(() => string) | undefined>} gives the digest of what came
 */
async function download(service, name) {
  const [ref] = refs;
  switch (what) {
    case 'file':
      await downloadFile(service, ref, { ...options, directory, name, fsync: false });
      return undefined;
    case 'tensors': {
      const dict = await downloadTensors(service, ref, options);
      return () => digestOfDict(dict);
    }
    case 'table': {
      const { batches } = await downloadTable(service, ref, options);
      return () => digestOfBatches(batches);
    }
    default: {
      const settled = await downloadAll(service, refs, (_, index) => checking(index), { concurrency: 64 });
      for (const result of settled) if (result.status === 'rejected') throw result.reason;
      return undefined;
    }
  }
}

/**
 * Looks at each object as it comes, and keeps nothing.
 * @param {number} index
 */
function checking(index) {
  return {
    [consumer]: /** @type {const} */ (true),
    consume: (/** @type {readonly Uint8Array[]} */ data) => {
      for (const { buffer, byteOffset, byteLength } of data) {
        const view = new DataView(buffer, byteOffset, byteLength);
        for (let at = 0; at < byteLength; at += 4)
          if (view.getUint32(at, true) !== index) throw new Error(`object ${index} is another one`);
      }
    },
    downloadCompleted: () => {},
    downloadFailed: () => {},
  };
}
