// @ts-check
// Record batches from memory.
import { addTable } from '@towline/adapter-arrow';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { digestOfBatches, mixedBatches } from './mixed-table.mjs';
import { ready, say, settings, told, usage } from './report.mjs';

const { bytes, receivers, hasTexts } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 120_000, receiverCount: receivers });
const batches = mixedBatches(bytes, hasTexts);
ready({ ref: await addTable(transaction, batches), sha256: digestOfBatches(batches) });
const ended = transaction.complete();
await told();
const { status } = await ended;
const used = usage();
await service.shutdown();
say({ event: 'done', status, ...used });
if (status !== 'completed') process.exitCode = 1;
