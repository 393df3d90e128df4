// @ts-check
// Federated averaging with three sites, of which two are enough: node examples/federated-rounds/coordinator.mjs
import { addTensors, downloadTensors } from '@towline/adapter-tensor';
import { writeStateDict } from '@towline/adapter-tensor/safetensors';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { average, lossOf, newModel, train } from './model.mjs';
import { SiteProcess } from './site-process.mjs';

const quorum = 2;
const sites = ['site-1', 'site-2', 'site-3'].map((name) => new SiteProcess(name));
const keys = (/** @type {string} */ name) => sites.find((site) => site.name === name)?.entry;
const transport = await tcp({ endpointId: 'coordinator', listen: '127.0.0.1:0', psk: { keys } });
const service = new DownloadService({ transport });

let model = newModel();
/** @type {string[][]} whose updates the model is made of, round by round */
const history = [];
for (let round = 1; round <= 5; round += 1) {
  const updates = await runRound(round);
  if (updates.size < quorum) continue; // the model stays as it is
  model = average([...updates.values()]);
  history.push([...updates.keys()]);
  console.log(`round ${round}: loss ${lossOf(model).toFixed(4)}, by ${[...updates.keys()].join(' ')}`);
}
for (const site of sites) site.stop();
await service.shutdown();

// The same by hand, in this process: what travelled has changed nothing, not even the last bit.
const byHand = history.reduce((model, names) => average(names.map((name) => train(model, name))), newModel());
const isSame = Buffer.compare(writeStateDict(model), writeStateDict(byHand)) === 0;
console.log(`the model computed in one process: ${isSame ? 'the same' : 'ANOTHER'}`);
process.exitCode = isSame ? 0 : 1;

/**
 * Weights out, updates back. Gives the updates that came, by the names of their sites; none without a quorum.
 * @param {number} round
 * @returns {Promise<Map<string, import('./model.mjs').StateDict>>}
 */
async function runRound(round) {
  await Promise.all(sites.map((site) => site.start())); // those that died, again
  const transaction = service.newTransaction({
    timeoutMs: 10_000,
    receivers: sites.map(({ name }) => name),
    minReceivers: quorum,
    receiverAcquireTimeoutMs: 2000, // who pulls nothing for so long has missed the round
    receiverIdleTimeoutMs: 1000, // so has who began and went silent
  });
  const ref = await addTensors(transaction, model);
  const coming = new Map(sites.map((site) => [site.name, updateOf(site, round, ref)]));
  const { quorumMet, receivers } = await transaction.complete();

  const updates = new Map();
  if (!quorumMet) return updates;
  for (const { receiverId, status, reason } of receivers) {
    const update = status === 'success' ? await coming.get(receiverId ?? '') : undefined;
    if (update) updates.set(receiverId, update);
    else console.log(`  ${receiverId}: ${reason ? `has no weights, ${reason}` : 'sent no update'}`);
  }
  return updates;
}

/**
 * The other way round: the site is the owner of its update, and we receive it over the link that the site has opened.
 * @param {SiteProcess} site @param {number} round @param {import('@towline/downloader-core').Ref} weights
 */
async function updateOf(site, round, weights) {
  try {
    return await downloadTensors(service, await site.tell(round, weights));
  } catch {
    return undefined; // it died, or was too slow
  }
}
