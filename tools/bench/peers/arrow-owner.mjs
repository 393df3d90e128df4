// @ts-check
import { addBatches } from '@towline/adapter-arrow';
import { ArrowFileDownloadable } from '@towline/adapter-arrow/node';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { PeakHalves } from './peak-halves.mjs';
import { say, settings, usage } from './report.mjs';
import { columnsBatch } from './seeded-table.mjs';

const { path, seconds, receivers } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 120_000, receiverCount: receivers });
const object = path ? await ArrowFileDownloadable.open(path) : undefined;
const opening = object?.bytesRead ?? 0;
const memory = new PeakHalves(seconds ?? 0);
const ref = object ? transaction.addObject(object) : await addBatches(transaction, batches(seconds));
say({ event: 'ready', ref });
const { status, goodputBytes } = await transaction.complete();
memory.stop();
await service.shutdown();
const bytesRead = object && object.bytesRead - opening;
say({ event: 'done', status, goodputBytes, bytesRead, ...memory.peaks(), ...usage() });
if (status !== 'completed') process.exitCode = 1;

/**
 * Batches of 256 KiB as fast as they are taken, for a time.
 * @param {number} forSeconds
 */
async function* batches(forSeconds) {
  const endMs = performance.now() + forSeconds * 1000;
  for (let at = 0; performance.now() < endMs; at += 1) yield columnsBatch(at, 4, 8192);
}
