// @ts-check
// A file of 4 GiB from disk to disk, a table of 1 GiB as values, one of its columns; small: a 64th. And an endless stream: 10 minutes, or 30 seconds.
import { stat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPeer } from '../bench/processes.mjs';
import { writeArrowFile } from './arrow-file.mjs';
import { verifyTransfer } from './transfer.mjs';

const mebibyte = 2 ** 20;
const restMiB = 96;
const windowMiB = 32;
const growthMiB = 16;

/** @param {import('./main.mjs').Run} run */
export async function verifyArrow(run) {
  const scale = run.isSmall ? 64 : 1;
  const path = join(run.folder, 'large.arrow');
  await writeArrowFile(path, { bytes: 2 ** 32 / scale, columns: 16, batches: 64 });
  await verifyTransfer(run, `an Arrow file of ${4096 / scale} MiB`, path, ['site-1']);
  await rm(path);
  await verifyTable(run, 2 ** 30 / scale);
}

/** @param {import('./main.mjs').Run} run */
export async function verifyStream(run) {
  await verifyEndless(run, run.isSmall ? 30 : 600);
}

/**
 * @param {Record<string, unknown>} owner
 * @param {readonly Record<string, unknown>[]} receivers
 */
async function handOver(owner, receivers) {
  const owning = startPeer('arrow-owner.mjs', { ...owner, receivers: receivers.length });
  const { ref } = await owning.next();
  const children = receivers.map((settings, at) =>
    startPeer('arrow-receiver.mjs', { ref, name: `site-${at + 1}`, ...settings }),
  );
  const received = await Promise.all(children.map((child) => child.next()));
  const done = await owning.next();
  await Promise.all([owning, ...children].map(({ ended }) => ended));
  return { done, received };
}

/**
 * @param {import('./main.mjs').Run} run
 * @param {number} bytes
 */
async function verifyTable({ folder, check }, bytes) {
  const path = join(folder, 'table.arrow');
  const batches = 64;
  const sum = await writeArrowFile(path, { bytes, columns: 10, batches });
  const { received } = await handOver({ path }, [{}]);
  const [line = {}] = received;
  const most = (bytes + bytes / batches) / mebibyte + windowMiB + restMiB;
  console.log(
    `\na table of ${bytes / mebibyte} MiB as values: ${line['seconds'].toFixed(2)} s, peak ${line['peakMiBAtEnd'].toFixed(0)} MiB`,
  );
  check('every value is equal', line['sum'] === sum);
  check(
    `the receiver stays under table + batch + window + ${restMiB} MiB (${most.toFixed(0)})`,
    line['peakMiBAtEnd'] < most,
  );
  const one = await handOver({ path }, [{ columns: ['c3'] }]);
  const { size } = await stat(path);
  const travelled = one.done['goodputBytes'] / size;
  const read = one.done['bytesRead'] / size;
  console.log(
    `\none column of ten: ${(travelled * 100).toFixed(2)} % of the bytes travelled, ${(read * 100).toFixed(2)} % were read`,
  );
  check('at most 11 % of the bytes travel and are read', travelled <= 0.11 && read <= 0.11);
  await rm(path);
}

/**
 * @param {import('./main.mjs').Run} run
 * @param {number} seconds
 */
async function verifyEndless({ check }, seconds) {
  const both = { live: true, seconds };
  const { done, received } = await handOver({ seconds }, [
    { ...both, pauseMs: 0 },
    { ...both, pauseMs: 10 },
  ]);
  const peaks = [done, ...received].map(({ firstHalfMiB, secondHalfMiB }) => [firstHalfMiB, secondHalfMiB]);
  const shown = peaks.map(([first, second]) => `${first.toFixed(0)} and ${second.toFixed(0)}`).join('; ');
  console.log(
    `\na stream of ${seconds} s to a fast and a slow receiver: ${received[0]?.['batches']} batches; peaks of both halves ${shown} MiB`,
  );
  check(
    'both have all batches in order',
    received.every(({ isInOrder, batches }) => isInOrder && batches === received[0]?.['batches']),
  );
  check(
    `no process grows by more than ${growthMiB} MiB in the second half`,
    peaks.every(([first, second]) => second - first <= growthMiB),
  );
}
