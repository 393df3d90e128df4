// @ts-check
// Adds up what arrives, batch by batch, at its own speed.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadBatches } from '@towline/adapter-arrow';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';

const [name = 'consumer'] = process.argv.slice(2);
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });
const [ref] = await once(process, 'message');

let rows = 0;
let batches = 0;
for await (const batch of downloadBatches(service, ref)) {
  batches += 1;
  rows += batch.numRows;
  if (name === 'slow') await sleep(50);
}
console.log(`  ${name}: ${batches} batches, ${rows} rows`);
await service.shutdown();
process.disconnect();
