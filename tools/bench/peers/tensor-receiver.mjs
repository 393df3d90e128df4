// @ts-check
import { basename, dirname } from 'node:path';
import { downloadTensors } from '@towline/adapter-tensor';
import { downloadCheckpoint } from '@towline/adapter-tensor/node';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { go, say, settings, usage } from './report.mjs';
import { digestOfDict, seededDict } from './seeded-dict.mjs';

const { ref, target, name, base: baseShape, only, dict: shape, usesMemoryAgain } = settings();
const base = baseShape && seededDict(baseShape);
// Of the same names and shapes, with other values.
const into = usesMemoryAgain && seededDict({ ...shape, changedEvery: 1 });
const baseMiB = usage().peakMiB;
await go();
const service = new DownloadService({ transport: await tcp({ endpointId: name }) });
const startMs = performance.now();
/** @type {number | undefined} when the first bytes came: until then a base is digested, here and by the owner */
let firstMs;
const options = {
  ...(base && { base }),
  ...(into && { into }),
  ...(only && { only }),
  /** @param {{ bytesDone: number }} event */
  onProgress: ({ bytesDone }) => void (bytesDone > 0 && (firstMs ??= performance.now())),
  progressIntervalMs: 50,
};
const dict = target
  ? void (await downloadCheckpoint(service, ref, {
      ...options,
      directory: dirname(target),
      name: basename(target),
      overwrite: true,
      fsync: false,
    }))
  : await downloadTensors(service, ref, options);
const seconds = (performance.now() - startMs) / 1000;
await service.shutdown();
const used = usage();
const waited = ((firstMs ?? startMs) - startMs) / 1000;
say({
  event: 'done',
  seconds,
  waited,
  baseMiB,
  sha256: dict && digestOfDict(dict),
  tensors: dict?.tensors.size,
  ...used,
});
