// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadBatches, downloadTable } from '@towline/adapter-arrow/node';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { PeakHalves } from './peak-halves.mjs';
import { say, settings, usage } from './report.mjs';
import { sumOf } from './seeded-table.mjs';

const { ref, name, columns, live, seconds, pauseMs } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });
const startMs = performance.now();
const memory = new PeakHalves(seconds ?? 0);
const result = live ? await takeBatches() : await takeTable();
memory.stop();
const took = (performance.now() - startMs) / 1000;
await service.shutdown();
say({ event: 'done', seconds: took, ...result, ...memory.peaks(), ...usage() });

async function takeTable() {
  const table = await downloadTable(service, ref, columns ? { columns } : {});
  const used = usage();
  return { rows: table.numRows, sum: sumOf(table.batches), peakMiBAtEnd: used.peakMiB };
}

/** In order and complete, as each batch says its place in its first value. */
async function takeBatches() {
  let batches = 0;
  let isInOrder = true;
  for await (const batch of downloadBatches(service, ref)) {
    isInOrder &&= batch.getChildAt(0)?.get(0) === batches * 8192;
    batches += 1;
    if (pauseMs > 0) await sleep(pauseMs);
  }
  return { batches, isInOrder };
}
