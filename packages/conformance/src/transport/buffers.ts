import { digest, joined } from '../bytes.ts';
import { message, type TransportBench } from './bench.ts';
import { pattern } from './messages.ts';

/** What a transport says about buffers (`handsOver`, `detachesBodies`, or neither) is what it does. */
export async function sentBuffers(bench: TransportBench): Promise<void> {
  const { handsOver, detachesBodies } = bench.dialler.capabilities;
  bench.check(!(handsOver && detachesBodies), 'handsOver or detachesBodies, if any', 'both');
  if (handsOver) await areHandedOver(bench);
  else if (detachesBodies) await areDetached(bench);
  else await areFree(bench);
}

async function areFree(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  const buffer = new Uint8Array(300_000);
  for (let round = 1; round <= 5; round += 1) {
    buffer.fill(round);
    await bench.soon(dialler.send(listener.endpointId, message(String(round), buffer)), 'a send to resolve');
    buffer.fill(0);
  }
  await bench.arrivals(atListener, 5, 'of one buffer');
  for (const { header, body } of atListener.arrived) {
    const isOwn = body.every((byte) => byte === Number(header));
    check(isOwn, `only ${header}s in message ${header}`, 'bytes that were written after send had resolved');
  }
}

async function areHandedOver(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  const buffer = pattern(1000);
  const seen: ArrayBufferLike[] = [];
  listener.onMessage(({ body }) => void seen.push(...body.map((piece) => piece.buffer)));
  await bench.soon(dialler.send(listener.endpointId, message('handed', buffer)), 'a send to resolve');
  await bench.arrivals(atListener, 1, 'with a body');
  check(seen[0] === buffer.buffer, 'the memory of the sender, as handsOver says', 'other memory');
}

async function areDetached(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  const buffer = pattern(1000);
  const sent = digest(buffer);
  await bench.soon(dialler.send(listener.endpointId, message('taken', buffer)), 'a send to resolve');
  check(buffer.byteLength === 0, 'the buffer to be taken away, as detachesBodies says', 'it is still there');
  await bench.arrivals(atListener, 1, 'with a body');
  check(digest(atListener.arrived[0]?.body ?? buffer) === sent, 'its bytes to arrive', 'others');
}

export async function bodiesStay(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener, check } = bench;
  const count = 8;
  atListener.held = [];
  for (let index = 0; index < count; index += 1)
    await bench.soon(dialler.send(listener.endpointId, message(String(index), pattern(40_000, index))), 'a send');
  await bench.arrivals(atListener, count, 'though none was released');
  for (const [index, { body }] of atListener.held.entries()) {
    const asItArrived = digest(atListener.arrived[index]?.body ?? new Uint8Array());
    const expected = `the body of message ${index + 1} to stay until it is released`;
    check(digest(joined(body)) === asItArrived, expected, 'it was written again');
  }
  for (const incoming of atListener.held) incoming.release?.();
}
