// @ts-check
// Disk to disk within one process and without a transport: a file by FileDownloadable and FileConsumer at several chunk
// sizes, with and without giving buffers back, beside a plain loop of synchronous positioned reads and writes; and a
// folder of small files beside plain calls. Rounds are interleaved; nothing waits for the disk (`fsync: false`).
// Build first (`npx tsc -b`).
//
//   node packages/adapter-file/bench/disk.mjs [rounds] [MiB] [files] [folder to work in]
import {
  closeSync,
  futimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileConsumer, FileDownloadable, FolderConsumer, FolderDownloadable } from '@towline/adapter-file';

const [rounds = 5, mebibytes = 512, smallFiles = 5_000] = process.argv.slice(2, 5).map(Number);
const root = mkdtempSync(join(process.argv[5] ?? tmpdir(), 'towline-bench-'));
const KiB = 1024;
const MiB = KiB * KiB;
const signal = new AbortController().signal;
const context = { refId: 'R', ownerId: 'owner', signal };

/** @typedef {import('@towline/downloader-core').Downloadable} Downloadable */
/** @typedef {import('@towline/downloader-core').Consumer<unknown>} Consumer */

/** @param {Downloadable} source @param {Consumer} consumer @param {boolean} recycles */
async function transfer(source, consumer, recycles = true) {
  await consumer.start?.((await source.describe?.()) ?? {}, context);
  /** @type {import('@towline/downloader-core/spi').State | undefined} */
  let state;
  for (;;) {
    const chunk = await source.produce(state, { request: undefined, receiverId: 'r', signal });
    if (chunk.status !== 'ok') break;
    await consumer.consume(chunk.data instanceof Uint8Array ? [chunk.data] : chunk.data, chunk.state, context);
    if (recycles) chunk.recycle?.();
    state = chunk.state;
  }
  await consumer.downloadCompleted(context);
  await source.release?.();
}

/** @param {string} from @param {string} directory */
function plainCopy(from, directory) {
  const [source, target] = [openSync(from, 'r'), openSync(join(directory, 'copy'), 'wx')];
  const buffer = Buffer.allocUnsafeSlow(MiB);
  for (let at = 0, read = 1; read > 0; at += read) {
    read = readSync(source, buffer, 0, MiB, at);
    writeSync(target, buffer, 0, read, at);
  }
  closeSync(source);
  closeSync(target);
}

/** @param {string} from @param {string} directory */
function plainFolder(from, directory) {
  const buffer = Buffer.allocUnsafeSlow(MiB);
  for (let index = 0; index < smallFiles; index += 1) {
    const name = `f${index}`;
    const source = openSync(join(from, name), 'r');
    const size = readSync(source, buffer, 0, MiB, 0);
    closeSync(source);
    const target = openSync(join(directory, name), 'wx');
    writeSync(target, buffer, 0, size, 0);
    futimesSync(target, 1, 1);
    closeSync(target);
  }
}

const large = join(root, 'large');
const block = Buffer.allocUnsafeSlow(MiB).fill(5);
const descriptor = openSync(large, 'wx');
for (let written = 0; written < mebibytes; written += 1) writeSync(descriptor, block);
closeSync(descriptor);
const small = join(root, 'small');
mkdirSync(small);
for (let index = 0; index < smallFiles; index += 1) writeFileSync(join(small, `f${index}`), block.subarray(0, 1_500));

/** @param {number} chunkBytes @param {boolean} [recycles] */
const byAdapter = (chunkBytes, recycles) => async (/** @type {string} */ directory) => {
  const source = await FileDownloadable.open(large, { chunkBytes });
  await transfer(source, new FileConsumer({ directory, fsync: false }), recycles);
};
/** @type {Readonly<Record<string, (directory: string) => unknown>>} */
const ways = {
  'file, plain loop of 1 MiB': (directory) => plainCopy(large, directory),
  ...Object.fromEntries(
    [256, 512, 1_024, 2_048, 4_096].map((size) => [`file, chunks of ${size} KiB`, byAdapter(size * KiB)]),
  ),
  'file, 1024 KiB, nothing given back': byAdapter(MiB, false),
  'folder, plain calls': (directory) => plainFolder(small, directory),
  'folder, the adapter': async (directory) =>
    transfer(await FolderDownloadable.open(small), new FolderConsumer({ directory, fsync: false })),
};

/** @type {Record<string, number[]>} */
const seconds = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, run] of Object.entries(ways)) {
    const directory = mkdtempSync(join(root, 'target-'));
    const startedMs = performance.now();
    await run(directory);
    (seconds[name] ??= []).push((performance.now() - startedMs) / 1000);
    rmSync(directory, { recursive: true });
  }
}
const largeMegabytes = statSync(large).size / 1e6;
rmSync(root, { recursive: true });

for (const [name, times] of Object.entries(seconds)) {
  const [unit, amount] = name.startsWith('file') ? ['MB/s', largeMegabytes] : ['files/s', smallFiles];
  const rates = times.map((time) => amount / time).toSorted((a, b) => a - b);
  const [low, median, high] = [0, Math.floor(rates.length / 2), rates.length - 1].map((at) => rates[at]?.toFixed(0));
  console.log(`${name.padEnd(36)} ${median} ${unit} [${low}–${high}]`);
}
