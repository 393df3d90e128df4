// @ts-check
// A dict from memory to memory, process to process over loopback TCP.
import { startPeer } from './processes.mjs';
import { spread } from './statistics.mjs';

/** @param {{ bytes: number, rounds: number }} options */
export async function tensorSuite({ bytes, rounds }) {
  const rates = [];
  let ownerMiB = 0;
  let receiverMiB = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const owner = startPeer('tensor-owner.mjs', { dict: { bytes, layers: 32 }, receivers: 1 });
    const { ref, sha256 } = await owner.next();
    const receiver = startPeer('tensor-receiver.mjs', { ref, name: 'receiver' });
    const line = await nextDone(receiver);
    const done = await owner.next();
    await Promise.all([owner.ended, receiver.ended]);
    if (line['sha256'] !== sha256) throw new Error('other tensors arrived');
    if (round > 0) rates.push(bytes / line['seconds'] / 1e6);
    ownerMiB = Math.max(ownerMiB, done['peakMiB']);
    receiverMiB = Math.max(receiverMiB, line['peakMiB']);
  }
  return {
    suite: 'tensor',
    bytes,
    rounds,
    results: [{ name: 'towline', megabytesPerSecond: spread(rates), ownerMiB, receiverMiB }],
  };
}

/** @param {import('./processes.mjs').Child} child */
async function nextDone(child) {
  for (;;) {
    const line = await child.next();
    if (line['event'] === 'done') return line;
  }
}
