// @ts-check
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { handOver, isGood } from '../demo/hand-over.mjs';
import { formatTable } from '../demo/table.mjs';

const mostMemoryBytes = 300 * 2 ** 20;

/**
 * Hands a path over by the command, to receivers in processes of their own: equal bytes, and each process under 300 MiB.
 * @param {import('./main.mjs').Run} run
 * @param {string} what
 * @param {string} path
 * @param {readonly string[]} [receivers]
 */
export async function verifyTransfer({ folder, check }, what, path, receivers) {
  const target = join(folder, 'received');
  const rows = await handOver([path], target, receivers);
  console.log(`\n${what}\n${formatTable(rows)}`);
  check(`${what} is equal everywhere`, isGood(rows));
  const peak = Math.max(...rows.map(({ peakMemoryBytes }) => peakMemoryBytes ?? Infinity));
  check(`each process stays under ${mostMemoryBytes / 2 ** 20} MiB`, peak < mostMemoryBytes);
  await rm(target, { recursive: true, force: true });
}
