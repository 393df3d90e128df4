// @ts-check
import { basename, dirname } from 'node:path';
import { FileConsumer } from '@towline/adapter-file';
import { DownloadService, downloadObject } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { go, say, settings, usage } from './report.mjs';

const { ref, target, name } = settings();
await go();
const startMs = performance.now();
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });
const consumer = new FileConsumer({
  directory: dirname(target),
  name: basename(target),
  overwrite: true,
  fsync: false,
});
const { bytes } = await downloadObject(service, ref, consumer);
const seconds = (performance.now() - startMs) / 1000;
await service.shutdown();
say({ event: 'done', seconds, bytes, ...usage() });
