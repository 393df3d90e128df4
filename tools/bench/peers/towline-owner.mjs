// @ts-check
import { FileDownloadable } from '@towline/adapter-file';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { psk } from './plain-frames.mjs';
import { settings } from './report.mjs';
import { serveUntilTold } from './serve-until-told.mjs';

const { path, receivers, chunkBytes, encrypted, budgetMiB, stalls } = settings();
const security = encrypted ? { psk: { keys: () => ({ key: psk.key }) } } : {};
const service = new DownloadService({
  transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0', ...security }),
  ...(budgetMiB && { budgetBytes: budgetMiB * 2 ** 20 }),
});
const transaction = service.newTransaction({ timeoutMs: 60_000, receiverCount: receivers });
const ref = transaction.addObject(await FileDownloadable.open(path, { chunkBytes }));
await serveUntilTold(service, transaction, { ref }, { stalls: stalls !== undefined });
