// @ts-check
// A thread: pulls its part of the matrix, and nothing else of it, and adds it up.
import { parentPort, workerData } from 'node:worker_threads';
import { downloadTensors } from '@towline/adapter-tensor';
import { toFloat32Array } from '@towline/adapter-tensor/safetensors';
import { DownloadService } from '@towline/downloader-core';
import { portTransport } from './port-transport.mjs';

const { name, port, ref, part } = workerData;
const service = new DownloadService({ transport: portTransport({ endpointId: name, port }) });
const { tensors } = await downloadTensors(service, ref, { only: [{ name: 'matrix', rows: part }] });
for (const matrix of tensors.values())
  parentPort?.postMessage(toFloat32Array(matrix).reduce((sum, value) => sum + value, 0));
await service.shutdown();
