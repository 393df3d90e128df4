import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Proxy } from './support/proxy.ts';
import { frame, goodbyeCode, preface, prefaceTo, RawPeer } from './support/raw-peer.ts';
import { message, open, openOwner, openReceiver, resultOf } from './support/scene.ts';

const numbered = (id: number, body?: Uint8Array): Buffer => frame(2, message(id).header, body);
const goodbye = (code: string): Buffer => frame(5, JSON.stringify({ code, reason: 'because' }));

/** A server that says nothing by itself: what came to it, connection by connection. */
async function rawServer() {
  const sockets: Socket[] = [];
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    const index = sockets.push(socket) - 1;
    received[index] = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      received[index] = Buffer.concat([received[index] ?? Buffer.alloc(0), bytes]);
      server.emit('seen');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  /** Resolves when what came over connection `index` holds `bytes`. */
  const until = async (index: number, bytes: Buffer): Promise<void> => {
    const isHere = (): boolean => received[index]?.includes(bytes) ?? false;
    while (!isHere()) await once(server, 'seen');
  };
  const port = address && typeof address === 'object' ? address.port : 0;
  return { address: `127.0.0.1:${port}`, sockets, received, until };
}

describe('what a dialling side says behind its preface', () => {
  it('is all that fits and waits, in order, and is sent once', async () => {
    const server = await rawServer();
    const { receiver } = await openReceiver(server.address);
    const large = new Uint8Array(100_000);
    const sending = [message(1), message(2, Buffer.from('body')), message(3, large), message(4)].map((each) =>
      resultOf(receiver.send('owner', each)),
    );
    await server.until(0, numbered(2, Buffer.from('body')));
    const ahead = [prefaceTo('receiver', 'owner', receiver.instanceId), numbered(1), numbered(2, Buffer.from('body'))];
    expect(server.received[0]).toEqual(Buffer.concat(ahead));
    server.sockets[0]?.write(preface('owner'));
    await server.until(0, numbered(4));
    expect(await Promise.all(sending)).toEqual(['sent', 'sent', 'sent', 'sent']);
    expect(server.received[0]).toEqual(Buffer.concat([...ahead, numbered(3, large), numbered(4)]));
  });

  it('is lost with a refusal, and its sends say so', async () => {
    const server = await rawServer();
    const { receiver } = await openReceiver(server.address);
    const sending = resultOf(receiver.send('owner', message(1)));
    await server.until(0, numbered(1));
    server.sockets[0]?.write(goodbye('name_taken'));
    expect(await sending).toBe('name_taken');
  });

  it.each([
    ['refuses as another endpoint', goodbye('not_here')],
    ['is another endpoint', preface('other')],
    ['speaks no frames', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is said again at the next address when who answers %s', async (_what, answer) => {
    const server = await rawServer();
    const { inbox, address } = await openOwner();
    const { receiver } = await openReceiver(server.address);
    receiver.addAddresses?.('owner', [address]);
    const sending = receiver.send('owner', message(1));
    await server.until(0, numbered(1));
    server.sockets[0]?.end(answer);
    await sending;
    await receiver.send('owner', message(2));
    expect(await inbox.take(2)).toEqual(['1', '2']);
  });

  it('a send whose signal aborts ends at once, and those behind it go on', async () => {
    const server = await rawServer();
    const { receiver } = await openReceiver(server.address);
    const controller = new AbortController();
    const aborted = resultOf(receiver.send('owner', message(1), { signal: controller.signal }));
    const other = resultOf(receiver.send('owner', message(2)));
    await server.until(0, numbered(2));
    controller.abort('enough');
    expect(await aborted).toBe('enough');
    server.sockets[0]?.write(preface('owner'));
    expect(await other).toBe('sent');
  });
});

describe('what comes behind the preface of a peer that dialled', () => {
  it('is told after its admission, in order', async () => {
    const { inbox, port } = await openOwner();
    const raw = await RawPeer.dial(port);
    raw.write(prefaceTo('raw', 'owner'), numbered(1, Buffer.from([9])), numbered(2));
    expect(await inbox.message()).toMatchObject({ id: 1, body: Buffer.from([9]), from: { peerId: 'raw' } });
    expect(await inbox.take(1)).toEqual(['2']);
  });

  it.each([
    ['wants another endpoint', prefaceTo('raw', 'somebody'), 'not_here'],
    ['has our own name', prefaceTo('owner', 'owner'), 'name_taken'],
    ['wants nobody that there can be', prefaceTo('raw', ''), 'protocol'],
    ['speaks another version', frame(1, '{"versions":[2],"endpointId":"raw","instanceId":"i"}'), 'version'],
  ])('is not told when the peer %s', async (_what, first, code) => {
    const { inbox, port } = await openOwner();
    const raw = await RawPeer.dial(port);
    raw.write(first, numbered(1));
    expect(goodbyeCode(await raw.everything)).toBe(code);
    expect(inbox.untaken).toEqual([]);
  });

  it('R9 is told to nobody when a living peer has the name', async () => {
    const key = Buffer.alloc(32, 9);
    const { inbox, address } = await openOwner({ psk: { keys: () => ({ key }) } });
    const vouched = { psk: { identity: 'ticket', key, shared: true } };
    const { receiver: first } = await openReceiver(address, vouched);
    await first.send('owner', message(1));
    const { receiver: second } = await openReceiver(address, vouched);
    expect(await resultOf(second.send('owner', message(2)))).toBe('name_taken');
    await first.send('owner', message(3));
    expect(await inbox.take(2)).toEqual(['1', '3']);
  });
});

/** An owner whose own dial to `raw` is under way, so that a peer of that name is held until that has ended. */
async function holdingOwner() {
  const { owner, inbox, address, port } = await openOwner({ endpointId: 'a' });
  const proxy = await Proxy.open(address);
  proxy.hold();
  owner.addAddresses?.('raw', [proxy.address]);
  const own = resultOf(owner.send('raw', message(7)));
  await proxy.until(({ accepted }) => accepted === 1);
  return { owner, inbox, port, proxy, own };
}

describe('what comes behind the preface of a peer that has to wait', () => {
  it('W6 is held, and told once the peer is admitted, before what comes later', async () => {
    const { inbox, port, proxy, own } = await holdingOwner();
    const raw = await RawPeer.dial(port);
    raw.write(prefaceTo('raw', 'a'), numbered(1), numbered(2));
    await settled();
    expect([inbox.untaken, raw.received.byteLength]).toEqual([[], 0]);
    proxy.refuse();
    expect(await own).toBe('sent');
    raw.write(numbered(3));
    expect(await inbox.take(3)).toEqual(['1', '2', '3']);
    expect(inbox.untaken).toEqual([]);
  });

  it('W6 is dropped when the peer goes before that', async () => {
    const { inbox, port, proxy, own } = await holdingOwner();
    const raw = await RawPeer.dial(port);
    raw.write(prefaceTo('raw', 'a'), numbered(1));
    await settled();
    raw.socket.destroy();
    await settled();
    proxy.refuse();
    expect(await own).toBe('unreachable');
    expect(inbox.untaken).toEqual([]);
  });

  it('W4 may be 64 KiB with its frames: more ends the connection before memory is set aside', async () => {
    const { inbox, port, proxy } = await holdingOwner();
    const full = await RawPeer.dial(port);
    const most = 64 * 1024 - 16;
    full.write(prefaceTo('raw', 'a'), numbered(1, new Uint8Array(most)));
    await settled();
    expect(full.received.byteLength).toBe(0);
    full.write(frame(2, ''));
    expect(goodbyeCode(await full.everything)).toBe('protocol');
    const greedy = await RawPeer.dial(port);
    greedy.write(prefaceTo('raw', 'a'), numbered(1, new Uint8Array(most + 1)));
    expect(goodbyeCode(await greedy.everything)).toBe('protocol');
    proxy.refuse();
    expect(inbox.untaken).toEqual([]);
  });
});

/** On loopback what was written has arrived; it is read within a few turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('between peers that dial each other', () => {
  it('W6 what was said on the connection that loses is said again, once', async () => {
    const { transport: a, inbox: atA } = await open({ endpointId: 'a', listen: '127.0.0.1:0' });
    const { transport: b, inbox: atB } = await open({ endpointId: 'b', listen: '127.0.0.1:0' });
    const toB = await Proxy.open(b.addresses?.[0] ?? '');
    const toA = await Proxy.open(a.addresses?.[0] ?? '');
    a.addAddresses?.('b', [toB.address]);
    b.addAddresses?.('a', [toA.address]);
    toB.hold();
    const fromA = [1, 2].map((id) => a.send('b', message(id)));
    await toB.until(({ accepted }) => accepted === 1);
    const fromB = [3, 4].map((id) => b.send('a', message(id)));
    await toA.until(({ seen }) => seen.includes(numbered(4)));
    toB.release();
    await Promise.all([...fromA, ...fromB]);
    expect([await atA.take(2), await atB.take(2)]).toEqual([
      ['3', '4'],
      ['1', '2'],
    ]);
    await b.send('a', message(5));
    expect(await atA.take(1)).toEqual(['5']);
    expect([atA.untaken, atB.untaken]).toEqual([[], []]);
  });
});
