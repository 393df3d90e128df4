// @ts-check
// A table of 28 MiB on a disk, and two loaders that go through a half of it each: node examples/data-loader/dataset.mjs
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { addArrowFile } from '@towline/adapter-arrow/node';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { RecordBatchFileWriter, tableFromArrays } from 'apache-arrow';

const batches = 64;
const rowsOfBatch = 16_384;
const halves = [
  [0, batches / 2],
  [batches / 2, batches],
];

const folder = await mkdtemp(join(tmpdir(), 'towline-data-loader-'));
const path = join(folder, 'samples.arrow');
let written = 0;
await pipeline(RecordBatchFileWriter.writeAll(samples()).toNodeStream(), createWriteStream(path));

const service = new DownloadService({ transport: await tcp({ endpointId: 'dataset', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 30_000, receiverCount: halves.length });
// A window ends with a whole chunk: small ones keep to it more closely than the usual 4 MiB.
const ref = await addArrowFile(transaction, path, { chunkBytes: 2 ** 20 });
const sums = await Promise.all(halves.map((half, at) => sumOf(`loader-${at}`, half)));
const { status } = await transaction.complete();
console.log(`labels add up to ${sums.reduce((sum, one) => sum + one)} of ${written}: ${status}`);

await service.shutdown();
await rm(folder, { recursive: true });

/**
 * Starts a loader. Gives the sum of the labels that it has seen.
 * @param {string} name
 * @param {readonly number[]} half of the batches
 * @returns {Promise<number>}
 */
async function sumOf(name, half) {
  const program = fileURLToPath(new URL('loader.mjs', import.meta.url));
  const child = fork(program, [name], { execArgv: ['--expose-gc'] }); // so that it can say what it holds
  child.send({ ref, batches: half });
  const [sum] = await once(child, 'message');
  return sum;
}

/** The table, made batch by batch. */
function* samples() {
  const x = new Float64Array(rowsOfBatch).map((_, row) => Math.sqrt(row));
  for (let batch = 0; batch < batches; batch += 1) {
    const label = new Int32Array(rowsOfBatch).map((_, row) => (batch * 7 + row) % 10);
    written += label.reduce((sum, value) => sum + value, 0);
    yield* tableFromArrays({ label, x, y: x, z: x }).batches;
  }
}
