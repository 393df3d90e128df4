import { message, type TransportBench } from './scenarios.ts';

const bytes = (length: number, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + from) % 251);

export async function wholeMessages({
  dialler,
  listener,
  atDialler,
  atListener,
  check,
  expectSoon,
}: TransportBench): Promise<void> {
  const bodies = [
    [],
    [bytes(1)],
    [bytes(0), bytes(3)],
    [bytes(100_000)],
    Array.from({ length: 600 }, (_, index) => bytes(index % 40, index)),
  ];
  for (const [index, body] of bodies.entries())
    await dialler.send(listener.endpointId, message(`there ${index}`, ...body));
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= bodies.length),
    'every message to arrive',
  );
  for (const [index, body] of bodies.entries())
    await listener.send(dialler.endpointId, message(`back ${index}`, ...body));
  await expectSoon(
    atDialler.until(() => atDialler.arrived.length >= bodies.length),
    'every answer to arrive',
  );
  for (const [inbox, way] of [
    [atListener, 'there'],
    [atDialler, 'back'],
  ] as const) {
    for (const [index, body] of bodies.entries()) {
      const arrived = inbox.arrived[index];
      const whole = body.flatMap((segment) => [...segment]);
      check(arrived?.header === `${way} ${index}`, `the header "${way} ${index}"`, `"${arrived?.header}"`);
      const isSame = arrived?.body.byteLength === whole.length && arrived.body.every((byte, at) => byte === whole[at]);
      check(
        isSame,
        `a body of ${whole.length} bytes to arrive as it was sent`,
        `${arrived?.body.byteLength} bytes, or others`,
      );
    }
  }
}

export async function inOrder({ dialler, listener, atListener, check, expectSoon }: TransportBench): Promise<void> {
  const sizes = Array.from({ length: 300 }, (_, index) => (index % 7 === 0 ? 50_000 : index % 90));
  await Promise.all(sizes.map((size, index) => dialler.send(listener.endpointId, message(String(index), bytes(size)))));
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= sizes.length),
    `${sizes.length} messages to arrive`,
  );
  // Something sent after them comes after them, so a repeat would have come before.
  await dialler.send(listener.endpointId, message('last'));
  await expectSoon(
    atListener.until(() => atListener.arrived.at(-1)?.header === 'last'),
    'the last message to arrive',
  );
  const headers = atListener.arrived.map(({ header }) => header);
  const expected = [...sizes.map((_, index) => String(index)), 'last'];
  const wrong = expected.findIndex((header, index) => headers[index] !== header);
  check(
    wrong === -1 && headers.length === expected.length,
    'each message once, in the order of the calls',
    () => `${headers.length} messages; at ${wrong}: "${headers[wrong]}"`,
  );
}

export async function buffersAreFree({
  dialler,
  listener,
  atListener,
  check,
  expectSoon,
}: TransportBench): Promise<void> {
  if (dialler.capabilities.handsOver || dialler.capabilities.detachesBodies) return;
  const buffer = new Uint8Array(300_000);
  for (let round = 1; round <= 5; round += 1) {
    buffer.fill(round);
    await dialler.send(listener.endpointId, message(String(round), buffer));
    buffer.fill(0);
  }
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= 5),
    'five messages to arrive',
  );
  for (const { header, body } of atListener.arrived) {
    check(
      body.every((byte) => byte === Number(header)),
      `only ${header}s in message ${header}`,
      'bytes that were written after send had resolved',
    );
  }
}

export async function largestMessage({
  dialler,
  listener,
  atListener,
  check,
  expectSoon,
}: TransportBench): Promise<void> {
  const { maxMessageBytes } = dialler.capabilities;
  const header = 'largest';
  await dialler.send(listener.endpointId, message(header, new Uint8Array(maxMessageBytes - header.length)));
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= 1),
    'the largest message to arrive',
  );
  const tooLarge = dialler.send(listener.endpointId, message(header, new Uint8Array(maxMessageBytes)));
  const refused = await tooLarge.then(
    () => false,
    () => true,
  );
  check(refused, `a message above ${maxMessageBytes} bytes to be refused`, 'it was taken');
  await dialler.send(listener.endpointId, message('after'));
  await expectSoon(
    atListener.until(() => atListener.arrived.at(-1)?.header === 'after'),
    'the link to go on after a refused message',
  );
}

export async function trueSender({
  dialler,
  listener,
  atDialler,
  atListener,
  check,
  expectSoon,
}: TransportBench): Promise<void> {
  for (let index = 0; index < 3; index += 1) await dialler.send(listener.endpointId, message('there'));
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= 3),
    'three messages to arrive',
  );
  await listener.send(dialler.endpointId, message('back'));
  await expectSoon(
    atDialler.until(() => atDialler.arrived.length >= 1),
    'an answer to arrive',
  );
  const senders = new Set(atListener.arrived.map(({ from }) => from.peerId));
  check(senders.size === 1 && senders.has(dialler.endpointId), `the sender ${dialler.endpointId}`, () =>
    [...senders].join(', '),
  );
  check(atDialler.arrived[0]?.from.peerId === listener.endpointId, `the sender ${listener.endpointId}`, () =>
    String(atDialler.arrived[0]?.from.peerId),
  );
  const linkIds = new Set(atListener.arrived.map(({ from }) => from.linkId));
  check(linkIds.size === 1, 'one link id as long as the link lasts', () => [...linkIds].join(', '));
}

export async function listenerThrows({ dialler, listener, atListener, expectSoon }: TransportBench): Promise<void> {
  const remove = listener.onMessage(() => {
    throw new Error('a listener of the suite throws on purpose');
  });
  await dialler.send(listener.endpointId, message('one'));
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= 1),
    'other listeners to hear the message',
  );
  remove();
  await dialler.send(listener.endpointId, message('two'));
  await expectSoon(
    atListener.until(() => atListener.arrived.length >= 2),
    'the link to go on',
  );
}
