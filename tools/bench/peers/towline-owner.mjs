// @ts-check
import { FileDownloadable } from '@towline/adapter-file';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { say, settings, usage } from './report.mjs';

const { path, receivers, chunkBytes } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 60_000, receiverCount: receivers });
const ref = transaction.addObject(await FileDownloadable.open(path, { chunkBytes }));
say({ event: 'ready', ref });
const outcome = await transaction.complete();
await service.shutdown();
say({ event: 'done', status: outcome.status, ...usage() });
if (outcome.status !== 'completed') process.exitCode = 1;
