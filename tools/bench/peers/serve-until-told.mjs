// @ts-check
import { ready, say, told, usage } from './report.mjs';

/**
 * What an owner of Towline does and says from when it can be reached to its end.
 * @param {import('@towline/downloader-core').DownloadService} service
 * @param {import('@towline/downloader-core').Transaction} transaction
 * @param {Record<string, unknown>} line what receivers need
 * @param {{ stalls?: boolean }} [how] `stalls`: a receiver will never be done
 */
export async function serveUntilTold(service, transaction, line, { stalls = false } = {}) {
  ready(line);
  const ended = transaction.complete();
  await told();
  const { status } = await (stalls ? transaction.delete() : ended);
  const used = usage();
  const { totalBytes, peakBytes } = service.stats().budget;
  await service.shutdown();
  say({ event: 'done', status, budgetMiB: totalBytes / 2 ** 20, budgetPeakMiB: peakBytes / 2 ** 20, ...used });
  if (status !== 'completed' && !stalls) process.exitCode = 1;
}
