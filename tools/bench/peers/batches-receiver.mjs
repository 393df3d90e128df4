// @ts-check
// Record batches into memory. They are validated wholly, as values always are.
import { downloadTable } from '@towline/adapter-arrow';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { digestOfBatches } from './mixed-table.mjs';
import { go, say, settings, usage } from './report.mjs';

const { ref, name } = settings();
await go();
const startMs = performance.now();
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });
const { batches } = await downloadTable(service, ref);
const seconds = (performance.now() - startMs) / 1000;
const used = usage();
await service.shutdown();
say({ event: 'done', seconds, sha256: digestOfBatches(batches), ...used });
