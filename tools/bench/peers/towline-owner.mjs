// @ts-check
import { FileDownloadable } from '@towline/adapter-file';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { psk } from './plain-frames.mjs';
import { ready, say, settings, told, usage } from './report.mjs';

const { path, receivers, chunkBytes, encrypted, budgetMiB, stalls } = settings();
const security = encrypted ? { psk: { keys: () => ({ key: psk.key }) } } : {};
const service = new DownloadService({
  transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0', ...security }),
  ...(budgetMiB && { budgetBytes: budgetMiB * 2 ** 20 }),
});
const transaction = service.newTransaction({ timeoutMs: 60_000, receiverCount: receivers });
const ref = transaction.addObject(await FileDownloadable.open(path, { chunkBytes }));
ready({ ref });
const ended = transaction.complete();
await told();
const { status } = await (stalls ? transaction.delete() : ended);
const used = usage();
const { totalBytes, peakBytes } = service.stats().budget;
await service.shutdown();
say({ event: 'done', status, budgetMiB: totalBytes / 2 ** 20, budgetPeakMiB: peakBytes / 2 ** 20, ...used });
if (status !== 'completed' && !stalls) process.exitCode = 1;
