// @ts-check
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { consumer, downloadAll, DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { go, say, settings, usage } from './report.mjs';

const { ref, name, objects, objectBytes, concurrency } = settings();
const refs = JSON.parse(await readFile(ref, 'utf8'));
const received = new Uint8Array(objects * objectBytes);
await go();
const startMs = performance.now();
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });
const results = await downloadAll(service, refs, (_, index) => into(index * objectBytes), { concurrency });
const seconds = (performance.now() - startMs) / 1000;
const used = usage();
await service.shutdown();
for (const result of results) if (result.status === 'rejected') throw result.reason;
say({ event: 'done', seconds, sha256: createHash('sha256').update(received).digest('hex'), ...used });

/** @param {number} offset */
function into(offset) {
  let filled = offset;
  return {
    [consumer]: /** @type {const} */ (true),
    consume: (/** @type {readonly Uint8Array[]} */ data) => {
      for (const bytes of data) {
        received.set(bytes, filled);
        filled += bytes.byteLength;
      }
    },
    downloadCompleted: () => filled - offset,
    downloadFailed: () => {},
  };
}
