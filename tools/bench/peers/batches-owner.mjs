// @ts-check
// Record batches from memory.
import { addTable } from '@towline/adapter-arrow';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { digestOfBatches, mixedBatches } from './mixed-table.mjs';
import { settings } from './report.mjs';
import { serveUntilTold } from './serve-until-told.mjs';

const { bytes, receivers, hasTexts } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 120_000, receiverCount: receivers });
const batches = mixedBatches(bytes, hasTexts);
const ref = await addTable(transaction, batches);
await serveUntilTold(service, transaction, { ref, sha256: digestOfBatches(batches) });
