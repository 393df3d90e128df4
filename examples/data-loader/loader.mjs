// @ts-check
// Goes through its batches as they arrive. None is kept, and what is on its way is bounded by `windowBytes`.
import { once } from 'node:events';
import { downloadBatches } from '@towline/adapter-arrow';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';

const [name = 'loader'] = process.argv.slice(2);
const [{ ref, batches }] = await once(process, 'message');
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });

let sum = 0;
let seen = 0;
let seenBytes = 0;
let heldBytes = 0;
for await (const batch of downloadBatches(service, ref, { batches, windowBytes: 2 * 2 ** 20 })) {
  for (const label of batch.getChild('label')?.toArray() ?? []) sum += label;
  seen += 1;
  seenBytes += batch.data.byteLength;
  if (seen % 4 !== 0) continue;
  globalThis.gc?.(); // only what is held is left
  heldBytes = Math.max(heldBytes, process.memoryUsage().arrayBuffers);
}
console.log(
  `  ${name}: ${seen} batches, ${mebibytes(seenBytes)} MiB, of which ${mebibytes(heldBytes)} MiB were held at most`,
);
process.send?.(sum);
await service.shutdown();
process.disconnect();

/** @param {number} bytes */
function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}
