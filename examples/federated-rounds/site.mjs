// @ts-check
// A site: pulls the weights of a round, trains on its own points, and hands its update over. Started by the coordinator.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { addTensors, downloadTensors } from '@towline/adapter-tensor';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { train } from './model.mjs';

/** @typedef {import('@towline/downloader-core').Ref} Ref */

const [name = 'site'] = process.argv.slice(2);
const [key] = await once(process, 'message');
const psk = { identity: name, key: Buffer.from(key, 'hex') };
const service = new DownloadService({ transport: await tcp({ endpointId: name, psk }) });

let roundOver = new AbortController();
process.on('message', (/** @type {{ round: number, ref: Ref }} */ { round, ref }) => {
  roundOver.abort(); // what still goes on of the last one is too late
  roundOver = new AbortController();
  takePart(round, ref, roundOver.signal).catch(() => console.log(`  ${name} gives round ${round} up`));
});
process.once('disconnect', () => {
  roundOver.abort();
  void service.shutdown();
});
process.send?.('ready');

/** @param {number} round @param {Ref} ref of the weights @param {AbortSignal} signal */
async function takePart(round, ref, signal) {
  const trouble = `${name} in round ${round}`;
  if (trouble === 'site-3 in round 2') await sleep(60_000, undefined, { signal }); // busy with something else
  const only = () => (trouble === 'site-2 in round 3' ? process.exit(1) : true); // dies when it has begun
  const weights = await downloadTensors(service, ref, { signal, only });
  if (trouble === 'site-1 in round 4') process.exit(1); // dies in training

  const transaction = service.newTransaction({ timeoutMs: 5000, receivers: ['coordinator'] });
  process.send?.(await addTensors(transaction, train(weights, name)));
  await transaction.complete();
}
