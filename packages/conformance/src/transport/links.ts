import { isDownloadError } from '@towline/downloader-core/spi';
import type { TransportInbox } from './inbox.ts';
import { message, type TransportBench } from './scenarios.ts';

async function meet({ dialler, listener, atListener, expectSoon }: TransportBench): Promise<void> {
  const before = atListener.arrived.length;
  await dialler.send(listener.endpointId, message('meet'));
  await expectSoon(
    atListener.until(() => atListener.arrived.length > before),
    'a first message to arrive',
  );
}

async function rejection(sending: Promise<unknown>): Promise<unknown> {
  return sending.then(
    () => undefined,
    (error: unknown) => error ?? 'nothing',
  );
}

export async function unknownPeer({ dialler, check }: TransportBench): Promise<void> {
  const error = await rejection(dialler.send('nobody-of-this-name', message('lost')));
  check(isDownloadError(error), 'a DownloadError', () => String(error));
}

export async function abortedSend(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check, expectSoon } = bench;
  await meet(bench);
  const reason = new Error('aborted on purpose');
  const error = await rejection(
    dialler.send(listener.endpointId, message('never'), { signal: AbortSignal.abort(reason) }),
  );
  check(error === reason, 'the reason of the signal', () => String(error));
  await dialler.send(listener.endpointId, message('after'));
  await expectSoon(
    atListener.until(() => atListener.arrived.at(-1)?.header === 'after'),
    'the link to go on',
  );
  check(!atListener.arrived.some(({ header }) => header === 'never'), 'nothing of an aborted send', 'its message');
}

export async function peerCloses(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check, expectSoon } = bench;
  await meet(bench);
  await dialler.close();
  await expectSoon(
    atListener.until(() => atListener.lost.length >= 1),
    'the loss of the peer to be told',
  );
  const arrived = atListener.arrived.length;
  const error = await rejection(listener.send(dialler.endpointId, message('late')));
  check(isDownloadError(error), 'a DownloadError for what is sent to a peer that has gone', () => String(error));
  onceOnly(atListener, bench);
  check(atListener.arrived.length === arrived, 'nothing of a link after its loss was told', 'a message');
}

function onceOnly({ lost }: TransportInbox, { check }: TransportBench): void {
  const names = lost.map(({ linkId }) => linkId);
  check(new Set(names).size === names.length, 'the loss of each link to be told once', () => names.join(', '));
}

export async function closed(bench: TransportBench): Promise<void> {
  const { dialler, listener, check } = bench;
  await meet(bench);
  await dialler.close();
  await dialler.close();
  const error = await rejection(dialler.send(listener.endpointId, message('late')));
  check(isDownloadError(error), 'a DownloadError from a closed transport', () => String(error));
}

export async function linkIsCut(bench: TransportBench): Promise<void> {
  const { rig, atDialler, atListener, check, expectSoon } = bench;
  await meet(bench);
  const first = atListener.arrived.at(-1)?.from.linkId;
  await rig.cut?.();
  await expectSoon(
    atDialler.until(() => atDialler.lost.length >= 1),
    'the dialler to hear of the loss',
  );
  await expectSoon(
    atListener.until(() => atListener.lost.length >= 1),
    'the listener to hear of the loss',
  );
  check(atListener.lost[0]?.linkId === first, 'the loss of the link that was cut', () =>
    String(atListener.lost[0]?.linkId),
  );
  await meet(bench);
  const second = atListener.arrived.at(-1)?.from.linkId;
  check(second !== first, 'a new link to have a name of its own', `${second} again`);
  onceOnly(atDialler, bench);
  onceOnly(atListener, bench);
}

export async function backpressure(bench: TransportBench): Promise<void> {
  const { rig, dialler, listener, atListener, check, expectSoon } = bench;
  await meet(bench);
  const resume = await rig.pause?.();
  const body = new Uint8Array(1 << 20);
  let resolved = 0;
  const count = 64;
  const sending = Array.from({ length: count }, (_, index) =>
    dialler
      .send(listener.endpointId, message(String(index), dialler.capabilities.detachesBodies ? body.slice() : body))
      .then(() => (resolved += 1)),
  );
  // Whatever the systems between the two take, they take at once; the rest has to wait.
  await new Promise((resolve) => setTimeout(resolve, 200));
  check(resolved < count, 'sends to a peer that does not read to wait', `all ${count} MiB resolved`);
  resume?.();
  await expectSoon(Promise.all(sending), 'every send to resolve once the peer reads again');
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= count + 1),
    'every message to arrive',
  );
}

export async function linksAreApart(bench: TransportBench): Promise<void> {
  const { rig, dialler, listener } = bench;
  await meet(bench);
  const resume = await rig.pause?.();
  const body = new Uint8Array(1 << 20);
  const stuck = Array.from({ length: 64 }, () =>
    dialler
      .send(listener.endpointId, message('stuck', dialler.capabilities.detachesBodies ? body.slice() : body))
      .catch(() => {}),
  );
  if (rig.other)
    await bench.expectSoon(
      dialler.send(rig.other.endpointId, message('free')),
      'a send to another peer to resolve meanwhile',
    );
  resume?.();
  await Promise.all(stuck);
}

const rubbish: readonly Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(0),
  new Uint8Array(64).fill(0xff),
  new TextEncoder().encode('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  Uint8Array.from({ length: 4096 }, (_, index) => (index * 31) % 256),
];

export async function hostileBytes(bench: TransportBench): Promise<void> {
  const { rig, atListener, expectSoon, check } = bench;
  await meet(bench);
  for (const bytes of rubbish) {
    await expectSoon(rig.hostile?.(bytes) ?? Promise.resolve(), 'a connection that sends rubbish to be ended');
    await meet(bench);
  }
  const strangers = atListener.arrived.filter(({ header }) => header !== 'meet');
  check(strangers.length === 0, 'no message out of rubbish', () => `${strangers.length} messages`);
}
