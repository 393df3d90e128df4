import { downloadObject, DownloadService } from '@towline/downloader-core';
import { ManualClock, MemoryNetwork } from '@towline/transport-memory';

import { loadHasher } from '../../src/base/hash.ts';
import type { Random } from '../../src/base/random.ts';
import type { OutgoingMessage, Transport } from '../../src/base/transport.ts';
import { copyTogether } from '../../src/base/copies.ts';
import { unpack } from '../../src/wire/pack.ts';
import { ChunkList, Collector } from './objects.ts';

await loadHasher();

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Ids that are the same in every run: `id-1`, `id-2` … */
function countedIds(): Random {
  let last = 0;
  return {
    uuid: () => {
      last += 1;
      return `id-${last}`;
    },
    fraction: () => 0,
  };
}

/** A message as it was sent; header and body in hexadecimal digits. */
export interface RecordedMessage {
  readonly from: string;
  readonly kind: string;
  readonly header: string;
  readonly body: string;
}

/** A transport that notes what it sends. */
function noting(transport: Transport, messages: RecordedMessage[]): Transport {
  const send = transport.send.bind(transport);
  return Object.assign(transport, {
    send: (peerId: string, message: OutgoingMessage, options?: { readonly signal?: AbortSignal }) => {
      const kind = String(unpack(message.header)['kind']);
      const body = toHex(copyTogether(message.body));
      messages.push({ from: transport.endpointId, kind, header: toHex(message.header), body });
      return send(peerId, message, options);
    },
  });
}

/** The messages of the transfer that docs/protocol.md records. */
export async function recordSession(): Promise<RecordedMessage[]> {
  const clock = new ManualClock();
  const network = new MemoryNetwork({ clock });
  const messages: RecordedMessage[] = [];
  const service = (id: string): DownloadService =>
    new DownloadService({
      transport: noting(network.endpoint(id, { instanceId: `${id}-1`, maxMessageBytes: 131_072 }), messages),
      clock,
      random: countedIds(),
    });
  const [owner, receiver] = [service('owner'), service('receiver')];
  const transaction = owner.newTransaction({ transactionId: 'T1', timeoutMs: 60_000, receivers: ['receiver'] });
  const ref = transaction.addObject(new ChunkList(['ab', 'cd']), { refId: 'R1' });
  const outcome = transaction.complete();
  await clock.runUntil(downloadObject(receiver, ref, new Collector(), { windowBytes: 4 }));
  await clock.runUntil(outcome);
  const session = [...messages];
  await clock.runUntil(Promise.all([owner.shutdown(), receiver.shutdown()]));
  return session;
}
