import { message, type TransportBench } from './bench.ts';

export async function peerCloses(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  await bench.meet();
  const count = 20;
  const sends = Array.from({ length: count }, (_, index) =>
    dialler.send(listener.endpointId, message(`before ${index}`)),
  );
  const ends = Promise.allSettled(sends);
  await bench.soon(dialler.close(), 'close() to settle');
  for (const end of await bench.soon(ends, 'every send to settle when its transport closes'))
    bench.checkRejection(end, 'a send that was cut short by close()');
  await hearOfLoss(bench, 'listener');
  await bench.quiet();
  bench.checkLosses();
  const flushed = atListener.arrived.length - 1;
  check(flushed === count, `the ${count} messages sent before close() to arrive before the loss is told`, `${flushed}`);
  await bench.rejects(listener.send(dialler.endpointId, message('late')), 'a send to a peer that has closed');
}

export async function closed(bench: TransportBench): Promise<void> {
  const { dialler, listener } = bench;
  await bench.meet();
  await bench.soon(dialler.close(), 'close() to settle');
  await bench.soon(dialler.close(), 'a second close() to settle');
  await bench.rejects(dialler.send(listener.endpointId, message('late')), 'a send of a closed transport');
}

export async function linkIsCut(bench: TransportBench): Promise<void> {
  const { rig, dialler, listener, atListener, check } = bench;
  await bench.meet();
  const first = atListener.arrived.at(-1)?.from.linkId;
  const sends = Array.from({ length: 20 }, () => dialler.send(listener.endpointId, message('in between')));
  const ends = Promise.allSettled(sends);
  await rig.cut?.();
  for (const end of await bench.soon(ends, 'every send to settle when its link ends'))
    bench.checkRejection(end, 'a send whose link ended');
  await hearOfLoss(bench, 'dialler');
  await hearOfLoss(bench, 'listener');
  const lost = String(atListener.lost[0]?.linkId);
  check(lost === first, `the loss of the link that was cut, ${first}`, lost);
  await bench.quiet();
  await bench.meet();
  const second = atListener.arrived.at(-1)?.from.linkId;
  check(second !== first, 'a new link to have a name of its own', `${second} again`);
  bench.checkLosses();
}

async function hearOfLoss(bench: TransportBench, side: 'dialler' | 'listener'): Promise<void> {
  const inbox = side === 'dialler' ? bench.atDialler : bench.atListener;
  await bench.soon(
    inbox.until(() => inbox.lost.length > 0),
    `the ${side} to be told that the link is lost`,
  );
}

const rubbish: readonly Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(0),
  new Uint8Array(64).fill(0xff),
  new TextEncoder().encode('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  Uint8Array.from({ length: 4096 }, (_, index) => (index * 31) % 256),
];

export async function hostileBytes(bench: TransportBench): Promise<void> {
  const { rig, atListener, check } = bench;
  await bench.meet();
  for (const bytes of rubbish) {
    const ended = rig.hostile?.(bytes) ?? Promise.resolve();
    await bench.soon(ended, 'a connection that sends rubbish to be ended');
    await bench.meet();
  }
  const strangers = atListener.headers.filter((header) => header !== 'meet');
  check(strangers.length === 0, 'no message out of rubbish', `${strangers.length} messages`);
  check(atListener.lost.length === 0, 'no link but the stranger’s to end', `${atListener.lost.length} losses`);
}
