import { thrownText } from '../finding.ts';
import { message, type TransportBench } from './bench.ts';

export async function unknownPeer(bench: TransportBench): Promise<void> {
  await bench.rejects(bench.dialler.send('nobody-of-this-name', message('lost')), 'a send to nobody');
}

export async function abortedSend(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  await bench.meet();
  const signal = AbortSignal.abort(new Error('aborted on purpose'));
  await expectReason(bench, dialler.send(listener.endpointId, message('never'), { signal }), signal);
  await bench.meet();
  check(!atListener.headers.includes('never'), 'nothing of an aborted send', 'its message');
}

export async function abortedWhileWaiting(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  const stuck = await stickSends(bench);
  const control = new AbortController();
  const last = dialler.send(listener.endpointId, message('never'), { signal: control.signal });
  control.abort(new Error('aborted on purpose'));
  await expectReason(bench, last, control.signal);
  await stuck.resume();
  await bench.meet();
  check(!atListener.headers.includes('never'), 'nothing of an aborted send', 'its message');
}

async function expectReason(bench: TransportBench, sending: Promise<void>, signal: AbortSignal): Promise<void> {
  const [end] = await bench.soon(Promise.allSettled([sending]), 'an aborted send to settle');
  const expected = 'an aborted send to reject with the reason of its signal';
  bench.check(end.status === 'rejected', expected, 'it resolved');
  if (end.status === 'rejected') bench.check(end.reason === signal.reason, expected, thrownText(end.reason));
}

export async function backpressure(bench: TransportBench): Promise<void> {
  const { atListener, check } = bench;
  const { resume, count, bytes, resolved } = await stickSends(bench);
  check(resolved < count, 'sends to a peer that does not read to wait', `all ${count} of ${bytes} bytes resolved`);
  await resume();
  const wrong = Array.from({ length: count }, (_, index) => `stuck ${index}`).findIndex(
    (header, index) => atListener.headers[index + 1] !== header,
  );
  check(wrong === -1, 'every message to arrive in order, once the peer reads again', `another at ${wrong}`);
}

export async function linksAreApart(bench: TransportBench): Promise<void> {
  const { dialler, rig } = bench;
  const { resume } = await stickSends(bench);
  const other = rig.other?.endpointId ?? '';
  await bench.soon(dialler.send(other, message('free')), 'a send to another peer to resolve meanwhile');
  await resume();
}

interface StuckSends {
  /** How many sends there are: together more than the systems between the two take. */
  readonly count: number;
  /** How large each is. */
  readonly bytes: number;
  /** How many of them resolved all the same. */
  readonly resolved: number;
  /** Lets the listener read; resolves when every message has arrived. */
  readonly resume: () => Promise<void>;
}

const stuckBytes = 64 * 2 ** 20;
const mostHeaderBytes = 64 * 1024;

/** Sends to a listener that does not read, until nothing moves any more. */
async function stickSends(bench: TransportBench): Promise<StuckSends> {
  const { rig, dialler, listener, atListener } = bench;
  await bench.meet();
  const resume = await rig.pause?.();
  const bytes = Math.min(2 ** 20, dialler.capabilities.maxMessageBytes - mostHeaderBytes);
  const shared = new Uint8Array(bytes);
  const count = Math.ceil(stuckBytes / bytes);
  let resolved = 0;
  const sends = Array.from({ length: count }, async (_, index) => {
    const body = dialler.capabilities.detachesBodies ? shared.slice() : shared;
    await dialler.send(listener.endpointId, message(`stuck ${index}`, body));
    resolved += 1;
  });
  const ends = Promise.allSettled(sends);
  await bench.standstill(() => resolved);
  return {
    count,
    bytes,
    resolved,
    resume: async () => {
      resume?.();
      const expected = 'every send to resolve once the peer reads again';
      for (const end of await bench.soon(ends, expected))
        if (end.status === 'rejected') bench.check(false, expected, `one rejected: ${thrownText(end.reason)}`);
      await bench.arrivals(atListener, count + 1, 'once the peer reads again');
    },
  };
}
