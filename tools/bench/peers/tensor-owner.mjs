// @ts-check
import { addTensors } from '@towline/adapter-tensor';
import { addCheckpoint } from '@towline/adapter-tensor/node';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { ready, say, settings, usage } from './report.mjs';
import { digestOfDict, seededDict } from './seeded-dict.mjs';

const { dict: shape, path, receivers } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 120_000, receiverCount: receivers });
const dict = shape && seededDict(shape);
const ref = dict ? await addTensors(transaction, dict) : await addCheckpoint(transaction, path);
ready({ ref, sha256: dict && digestOfDict(dict), baseMiB: usage().peakMiB });
const { status, goodputBytes } = await transaction.complete();
const { budget } = service.stats();
await service.shutdown();
say({ event: 'done', status, goodputBytes, budgetMiB: budget.totalBytes / 2 ** 20, ...usage() });
if (status !== 'completed') process.exitCode = 1;
