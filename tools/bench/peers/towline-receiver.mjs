// @ts-check
import { basename, dirname } from 'node:path';
import { FileConsumer } from '@towline/adapter-file';
import { DownloadService, downloadObject } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { psk } from './plain-frames.mjs';
import { go, say, settings, usage } from './report.mjs';
import { Stalling } from './stalling.mjs';

const { ref, target, name, encrypted, stalls } = settings();
const security = encrypted ? { psk } : {};
const file = { directory: dirname(target), name: basename(target), overwrite: true, fsync: false };
await go();
const startMs = performance.now();
const service = new DownloadService({ transport: await tcp({ endpointId: name, ...security }) });
const { bytes } = await downloadObject(service, ref, stalls ? new Stalling(stalls) : new FileConsumer(file));
const seconds = (performance.now() - startMs) / 1000;
const used = usage();
await service.shutdown();
say({ event: 'done', seconds, bytes, ...used });
