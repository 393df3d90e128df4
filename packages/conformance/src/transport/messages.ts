import { idProblem, type IdentityStrength, type Transport } from '@towline/downloader-core/spi';
import { digest, joined } from '../bytes.ts';
import { message, type TransportBench } from './bench.ts';
import type { Inbox } from './inbox.ts';

const leastMessageBytes = 131_072;
const maxHeaderBytes = 65_536;

/** Bytes that tell their place. */
export function pattern(length: number, from = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 7 + from) % 251;
  return bytes;
}

export async function introduces({ dialler, listener, check }: TransportBench): Promise<void> {
  for (const { endpointId, instanceId, capabilities } of [dialler, listener]) {
    const problem = idProblem(endpointId);
    check(problem === undefined, 'an endpointId that is a name', () => `one that ${problem}`);
    check(instanceId !== '', 'an instanceId', 'an empty one');
    const { maxMessageBytes } = capabilities;
    const isLarge = Number.isSafeInteger(maxMessageBytes) && maxMessageBytes >= leastMessageBytes;
    check(isLarge, `maxMessageBytes of at least ${leastMessageBytes}`, `${maxMessageBytes}`);
  }
  check(dialler.instanceId !== listener.instanceId, 'an instanceId of its own for each', dialler.instanceId);
}

export async function wholeMessages(bench: TransportBench): Promise<void> {
  const { dialler, listener, atDialler, atListener } = bench;
  await exchange(bench, 'there', [dialler, listener, atListener]);
  await exchange(bench, 'back', [listener, dialler, atDialler]);
}

// Made anew each time: a transport may take them away.
const bodiesOf = (): readonly (readonly Uint8Array[])[] => [
  [],
  [pattern(1)],
  [pattern(0), pattern(3)],
  [pattern(100_000)],
  Array.from({ length: 600 }, (_, index) => pattern(index % 40, index)),
];

async function exchange(
  bench: TransportBench,
  way: string,
  [from, to, inbox]: readonly [Transport, Transport, Inbox],
): Promise<void> {
  const bodies = bodiesOf();
  // The last has the largest header that a message of the protocol can have.
  const headers = bodies.map((_, index) => `${way} ${index}`.padEnd(index === bodies.length - 1 ? maxHeaderBytes : 0));
  for (const [index, body] of bodies.entries())
    await bench.soon(from.send(to.endpointId, message(headers[index] ?? '', ...body)), 'each send to resolve');
  await bench.arrivals(inbox, bodies.length, way);
  for (const [index, body] of bodiesOf().entries()) {
    const arrived = inbox.arrived[index];
    const seen = (): string => `"${arrived?.header.trimEnd()}" in ${arrived?.header.length} bytes`;
    bench.check(arrived?.header === headers[index], `the header "${way} ${index}" as it was sent`, seen);
    const whole = joined(body);
    const isSame = arrived !== undefined && digest(arrived.body) === digest(whole);
    const expected = `a body of ${body.length} segments and ${whole.byteLength} bytes to arrive as it was sent`;
    bench.check(isSame, expected, () => `${arrived?.body.byteLength} bytes, or others`);
  }
}

export async function inOrder(bench: TransportBench): Promise<void> {
  const { dialler, listener, atDialler, atListener } = bench;
  await bench.meet();
  const sizes = Array.from({ length: 300 }, (_, index) => (index % 7 === 0 ? 50_000 : index % 90));
  const both = [
    [dialler, listener],
    [listener, dialler],
  ] as const;
  const sends = both.flatMap(([from, to]) =>
    sizes.map((size, index) => from.send(to.endpointId, message(String(index), pattern(size)), signalled(index))),
  );
  await bench.soon(Promise.all(sends), 'sends in both directions at once to resolve');
  // What is sent after them comes after them, so a repeat would have come before.
  for (const [from, to] of both) await bench.soon(from.send(to.endpointId, message('last')), 'a last send to resolve');
  for (const inbox of [atListener, atDialler]) {
    await bench.soon(
      inbox.until(() => inbox.headers.includes('last')),
      'the last message to arrive',
      () => `${inbox.arrived.length} messages before it`,
    );
    await bench.quiet();
    checkOrder(
      bench,
      inbox.headers.filter((header) => header !== 'meet'),
      [...sizes.keys()].map(String).concat('last'),
    );
  }
}

// Waiting for a signal as well must not cost a send its place: core sends some messages with a signal, others without.
const signalled = (index: number): { readonly signal?: AbortSignal } =>
  index % 2 === 0 ? { signal: new AbortController().signal } : {};

function checkOrder({ check }: TransportBench, headers: readonly string[], expected: readonly string[]): void {
  const wrong = expected.findIndex((header, index) => headers[index] !== header);
  const seen = (): string => `${headers.length} messages, "${headers[wrong]}" in place of "${expected[wrong]}"`;
  const isSame = wrong === -1 && headers.length === expected.length;
  check(isSame, `${expected.length} messages, each once, in the order of the calls`, seen);
}

export async function largestMessage(bench: TransportBench): Promise<void> {
  const { dialler, listener, atListener } = bench;
  const { maxMessageBytes } = dialler.capabilities;
  const header = 'largest';
  const bodyBytes = maxMessageBytes - header.length;
  const send = (bytes: number): Promise<void> =>
    dialler.send(listener.endpointId, message(header, new Uint8Array(bytes)));
  await bench.soon(send(bodyBytes), `a message of ${maxMessageBytes} bytes to be sent`);
  await bench.arrivals(atListener, 1, `of ${maxMessageBytes} bytes`);
  bench.check(atListener.arrived[0]?.body.byteLength === bodyBytes, 'all of it', 'less');
  await bench.rejects(send(bodyBytes + 1), `a message of ${maxMessageBytes + 1} bytes`);
  await bench.meet();
}

const strengths: readonly IdentityStrength[] = ['claimed', 'vouched', 'proven'];

export async function trueSender(bench: TransportBench): Promise<void> {
  const { dialler, listener, atDialler, atListener, check, rig } = bench;
  for (let index = 0; index < 3; index += 1) await bench.meet();
  const answering = [listener, ...(rig.other ? [rig.other] : [])];
  if (rig.other) await bench.soon(dialler.send(rig.other.endpointId, message('meet')), 'a send to another peer');
  for (const peer of answering) await bench.soon(peer.send(dialler.endpointId, message(peer.endpointId)), 'an answer');
  await bench.arrivals(atDialler, answering.length, 'in answer');
  for (const { header, from } of atDialler.arrived) check(from.peerId === header, `the sender ${header}`, from.peerId);
  const links = atListener.arrived.map(({ from }) => from);
  const strongest = strengths.indexOf(listener.capabilities.identity);
  for (const { peerId, strength } of links) {
    check(peerId === dialler.endpointId, `the sender ${dialler.endpointId}`, peerId);
    const isPossible = strengths.indexOf(strength) <= strongest;
    check(isPossible, `an identity at most ${listener.capabilities.identity}`, strength);
  }
  const linkIds = [...new Set(links.map(({ linkId }) => linkId))];
  check(linkIds.length === 1, 'one link id as long as the link lasts', linkIds.join(', '));
}
