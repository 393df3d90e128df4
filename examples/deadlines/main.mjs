// @ts-check
// Ways to end early, and what each side hears of it: node examples/deadlines/main.mjs
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadTensors, iterateTensors } from '@towline/adapter-tensor';
import { transfer } from './transfer.mjs';

/** @typedef {import('./transfer.mjs').Receiver} Receiver */

/** @type {Receiver} */
const quick = (service, ref) => downloadTensors(service, ref);

/** Takes 0.1 s for each MiB, of 8, and lets little come ahead. @type {Receiver} */
const slow = async (service, ref, options) => {
  const tensors = iterateTensors(service, ref, { windowBytes: 2 ** 20, ...options });
  for await (const [, { data }] of tensors) await sleep((data.byteLength / 2 ** 20) * 100);
};

await transfer('a receiver is cancelled', {
  receivers: {
    quick,
    async cancelled(service, ref) {
      const cancel = new AbortController();
      for await (const [name] of iterateTensors(service, ref, { signal: cancel.signal }))
        if (name === 'layer 0') cancel.abort(); // somebody presses a button
    },
  },
});

await transfer('a receiver gives up, and comes back', {
  receivers: {
    quick,
    async returning(service, ref) {
      // `resumable`: the owner keeps its place until its idle budget ends.
      await slow(service, ref, { signal: AbortSignal.timeout(400), resumable: true }).catch(() => {});
      return quick(service, ref);
    },
  },
});

await transfer('a receiver gives up, and does not come back', {
  limits: { receiverIdleTimeoutMs: 600 },
  receivers: {
    quick,
    silent: (service, ref) => slow(service, ref, { signal: AbortSignal.timeout(400), resumable: true }),
  },
});

await transfer('a receiver never comes, and one is enough', {
  limits: { receiverAcquireTimeoutMs: 500, minReceivers: 1 },
  receivers: { quick, absent: undefined },
});

await transfer('the transaction has a deadline', { limits: { deadlineMs: 500 }, receivers: { quick, slow } });

await transfer('the owner deletes it', {
  receivers: { quick, slow },
  meanwhile: (transaction) => void setTimeout(() => void transaction.delete(), 400),
});
