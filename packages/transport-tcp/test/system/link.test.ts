import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tcp } from '@towline/transport-tcp';
import { TestClock } from '../support/test-clock.ts';
import { Proxy } from './support/proxy.ts';
import { message, open, openOwner, openReceiver, portOf, resultOf } from './support/scene.ts';

const MiB = 1024 * 1024;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ from place to place. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 31 + seed * 17 + (index >> 8)) & 0xff;
  return bytes;
}

/** Where a server listens, that is closed with the test. */
async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port that refuses connections. */
async function closedAddress(): Promise<string> {
  const server = createServer();
  const address = await listening(server);
  server.close();
  await once(server, 'close');
  return address;
}

describe('messages', () => {
  it('go both ways over one connection, dialled by the first send', async () => {
    const { owner, inbox: atOwner, address } = await openOwner();
    const proxy = await Proxy.open(address);
    const { receiver, inbox: atReceiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1, pattern(10, 1)));
    const { from, body } = await atOwner.message();
    expect(from).toMatchObject({ peerId: 'receiver', strength: 'claimed' });
    expect([...body]).toEqual([...pattern(10, 1)]);
    await owner.send('receiver', message(2));
    await owner.send('receiver', message(3));
    expect(await atReceiver.take(2)).toEqual(['2', '3']);
    expect(proxy.accepted).toBe(1);
  });

  it('W1 of concurrent sends arrive whole and in the order of the calls, also those before the link is there', async () => {
    const { inbox, address } = await openOwner();
    const { receiver } = await openReceiver(address);
    const bodies = Array.from({ length: 300 }, (_, id) => pattern((id * 7919) % 50_000, id));
    const send = (id: number): Promise<void> => receiver.send('owner', message(id, bodies[id] ?? pattern(0, 0)));
    const early = Array.from({ length: 100 }, (_, id) => send(id));
    await early[0];
    const later = Array.from({ length: 200 }, (_, id) => send(100 + id));
    for (const [id, body] of bodies.entries()) {
      const arrived = await inbox.message();
      expect(arrived.id).toBe(id);
      expect(sha256(arrived.body)).toBe(sha256(body));
    }
    await Promise.all([...early, ...later]);
  });

  it('W4 may be as large as the limit, in many segments; one byte more is refused and the link goes on', async () => {
    const { inbox, address } = await openOwner();
    const { receiver } = await openReceiver(address);
    const { maxMessageBytes } = receiver.capabilities;
    expect(maxMessageBytes).toBeGreaterThanOrEqual(64 * MiB + 128 * 1024);
    const half = pattern((maxMessageBytes - 4) / 2, 5);
    await receiver.send('owner', message(1, half, new Uint8Array(0), half));
    const { body } = await inbox.message();
    expect(sha256(body)).toBe(sha256(Buffer.concat([half, half])));
    expect(await resultOf(receiver.send('owner', message(2, half, half, new Uint8Array(1))))).toBe('limit_exceeded');
    await receiver.send('owner', message(3));
    expect((await inbox.message()).id).toBe(3);
  });

  it('of more than 1 024 segments go in one piece', async () => {
    const { inbox, address } = await openOwner();
    const { receiver } = await openReceiver(address);
    const segments = Array.from({ length: 4096 }, (_, index) => pattern(index % 50, index));
    await receiver.send('owner', message(1, ...segments));
    expect(sha256((await inbox.message()).body)).toBe(sha256(Buffer.concat(segments)));
  });
});

describe('a peer that stops reading', () => {
  it('W1 keeps its send pending while others go on, and gets everything when it reads again', async () => {
    const { owner, inbox: atOwner, address } = await openOwner();
    const proxy = await Proxy.open(address);
    const { receiver: slow, inbox: atSlow } = await openReceiver(proxy.address, { endpointId: 'slow' });
    const { receiver: fast, inbox: atFast } = await openReceiver(address, { endpointId: 'fast' });
    await Promise.all([slow.send('owner', message(1)), fast.send('owner', message(1))]);
    await atOwner.take(2);
    proxy.freeze();
    let hasSent = false;
    const body = pattern(48 * MiB, 3);
    const stalled = owner.send('slow', message(2, body)).then(() => (hasSent = true));
    for (let id = 10; id < 60; id += 1) await owner.send('fast', message(id, body.subarray(0, MiB)));
    expect(await atFast.take(50)).toHaveLength(50);
    expect(hasSent).toBe(false);
    proxy.thaw();
    await stalled;
    expect(sha256((await atSlow.message()).body)).toBe(sha256(body));
  });

  it('does not hold what was not begun: its signal takes that back at once', async () => {
    const { owner, inbox, address } = await openOwner();
    const proxy = await Proxy.open(address);
    const { receiver, inbox: atReceiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    const first = owner.send('receiver', message(2, new Uint8Array(48 * MiB)));
    const controller = new AbortController();
    const second = resultOf(owner.send('receiver', message(3), { signal: controller.signal }));
    const third = owner.send('receiver', message(4));
    controller.abort('no longer wanted');
    expect(await second).toBe('no longer wanted');
    proxy.thaw();
    await Promise.all([first, third]);
    expect(await atReceiver.take(2)).toEqual(['2', '4']);
  });

  it('loses the link when it blocks an aborted message for longer than lingerMs', async () => {
    const clock = new TestClock();
    const { owner, inbox, address } = await openOwner({ clock });
    const proxy = await Proxy.open(address);
    const { receiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    const controller = new AbortController();
    const sending = resultOf(
      owner.send('receiver', message(2, new Uint8Array(48 * MiB)), { signal: controller.signal }),
    );
    controller.abort('taken back');
    clock.advance(999);
    expect(inbox.untaken).toEqual([]);
    clock.advance(1);
    expect(await sending).toBe('taken back');
    expect(await inbox.take(1)).toEqual(['lost:link_lost']);
  });
});

describe('silence', () => {
  it('half-open: a peer that is gone without a word is noticed by the missing heartbeat', async () => {
    const clock = new TestClock();
    const { owner, inbox, address } = await openOwner({ clock });
    const proxy = await Proxy.open(address);
    const { receiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    for (let seconds = 0; seconds < 15; seconds += 5) clock.advance(5000);
    expect(inbox.untaken).toEqual([]);
    clock.advance(5000);
    expect(await inbox.take(1)).toEqual(['lost:link_lost']);
    expect(await resultOf(owner.send('receiver', message(2)))).toBe('unreachable');
  });

  it('an idle link lives by its heartbeat', async () => {
    const beats = { heartbeatIntervalMs: 10, peerTimeoutMs: 50 };
    const { inbox, address } = await openOwner(beats);
    const proxy = await Proxy.open(address);
    const { receiver } = await openReceiver(proxy.address, beats);
    await receiver.send('owner', message(1));
    const { from } = await inbox.message();
    const ping = Buffer.from([0x54, 0x4c, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    await proxy.until(({ seen }) => seen.toString('latin1').split(ping.toString('latin1')).length > 30);
    await receiver.send('owner', message(2));
    expect((await inbox.message()).from.linkId).toBe(from.linkId);
  });
});

describe('the end of a link', () => {
  it('W1 is told once on both sides; the next send makes a new link', async () => {
    const { owner, inbox: atOwner, address } = await openOwner();
    const proxy = await Proxy.open(address);
    const { receiver, inbox: atReceiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1));
    const first = await atOwner.message();
    await owner.send('receiver', message(2));
    await atReceiver.message();
    proxy.cut();
    expect(await atReceiver.take(1)).toEqual(['lost:link_lost']);
    await receiver.send('owner', message(3));
    expect(await atOwner.take(1)).toEqual(['lost:link_lost']);
    const second = await atOwner.message();
    expect(second.id).toBe(3);
    expect(second.from.linkId).not.toBe(first.from.linkId);
    await owner.send('receiver', message(4));
    expect(await atReceiver.take(1)).toEqual(['4']);
    expect([atOwner.untaken, atReceiver.untaken]).toEqual([[], []]);
  });

  it('rejects what is being sent', async () => {
    const { owner, inbox, address } = await openOwner();
    const proxy = await Proxy.open(address);
    const { receiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    const sends = [2, 3].map((id) => resultOf(owner.send('receiver', message(id, new Uint8Array(48 * MiB)))));
    proxy.cut();
    expect(await Promise.all(sends)).toEqual(['link_lost', 'link_lost']);
    expect(await inbox.take(1)).toEqual(['lost:link_lost']);
  });

  it('by disconnect is a breach of the protocol on both sides, and the reason reaches the peer', async () => {
    const { owner, inbox: atOwner, address } = await openOwner();
    const { receiver, inbox: atReceiver } = await openReceiver(address);
    const causes: unknown[] = [];
    receiver.onPeerLost((_link, cause) => causes.push(cause?.message));
    await receiver.send('owner', message(1));
    await atOwner.message();
    owner.disconnect?.('receiver', 'sent a chunk that nobody asked for');
    owner.disconnect?.('nobody', 'is not linked');
    expect(await atOwner.take(1)).toEqual(['lost:protocol']);
    expect(await atReceiver.take(1)).toEqual(['lost:protocol']);
    expect(causes).toEqual([expect.stringContaining('sent a chunk that nobody asked for')]);
  });
});

describe('close', () => {
  it('flushes what was sent before, and the peer sees a good end', async () => {
    const { inbox, address } = await openOwner();
    const { receiver, inbox: atReceiver } = await openReceiver(address, { lingerMs: 20_000 });
    await receiver.send('owner', message(0));
    const sends = Array.from({ length: 20 }, (_, id) =>
      resultOf(receiver.send('owner', message(id + 1, pattern(MiB, id)))),
    );
    await receiver.close();
    expect(new Set(await Promise.all(sends))).toEqual(new Set(['sent']));
    const arrived = await inbox.take(22);
    expect(arrived).toEqual([...Array.from({ length: 21 }, (_, id) => String(id)), 'lost:closed']);
    expect(await atReceiver.take(1)).toEqual(['lost:closed']);
    expect(await resultOf(receiver.send('owner', message(99)))).toBe('link_lost');
    await receiver.close();
  });

  it('does not wait for a peer that reads nothing, and frees the port', async () => {
    const { owner, inbox, address } = await openOwner({ lingerMs: 20 });
    const proxy = await Proxy.open(address);
    const { receiver } = await openReceiver(proxy.address);
    await receiver.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    const sending = resultOf(owner.send('receiver', message(2, new Uint8Array(48 * MiB))));
    await owner.close();
    expect(await sending).toBe('link_lost');
    await openOwner({ listen: address });
  });

  it('ends a dial under way', async () => {
    const silent = createServer(() => {});
    const { receiver } = await openReceiver(await listening(silent));
    const connected = once(silent, 'connection');
    const sending = resultOf(receiver.send('owner', message(1)));
    await connected;
    await receiver.close();
    expect(await sending).toBe('link_lost');
  });
});

describe('dialling', () => {
  it('a peer without an address, and one that refuses, are unreachable', async () => {
    const { receiver } = await openReceiver(await closedAddress());
    expect(await resultOf(receiver.send('nobody', message(1)))).toBe('unreachable');
    expect(await resultOf(receiver.send('owner', message(1)))).toBe('unreachable');
    expect(await resultOf(receiver.send('receiver', message(1)))).toBe('unreachable');
  });

  it('takes the address that answers, whatever listens at the others', async () => {
    const { transport: other, inbox: atOther } = await open({ endpointId: 'other', listen: '127.0.0.1:0' });
    const web = await listening(createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const { inbox, address } = await openOwner();
    const { receiver } = await openReceiver(await closedAddress());
    receiver.addAddresses?.('owner', [other.addresses?.[0] ?? '', web, 'no address', `localhost:${portOf(address)}`]);
    await receiver.send('owner', message(1));
    expect((await inbox.message()).from.peerId).toBe('receiver');
    expect([inbox.untaken, atOther.untaken]).toEqual([[], []]);
  });

  it('begins beside an address that does not answer', async () => {
    const clock = new TestClock();
    const silent = await listening(createServer(() => {}));
    const { inbox, address } = await openOwner({ psk: { keys: () => ({ key: Buffer.alloc(32, 1) }) } });
    const psk = { identity: 'i', key: Buffer.alloc(32, 1) };
    const { receiver } = await openReceiver(silent, { clock, psk });
    receiver.addAddresses?.('owner', [address]);
    const sending = receiver.send('owner', message(1));
    await clock.timerSet(300);
    clock.advance(300);
    await sending;
    expect((await inbox.message()).id).toBe(1);
  });

  it('gives up a peer that connects and says nothing', async () => {
    const clock = new TestClock();
    const silent = createServer(() => {});
    const { receiver } = await openReceiver(await listening(silent), { clock });
    const connected = once(silent, 'connection');
    const sending = resultOf(receiver.send('owner', message(1)));
    await connected;
    await clock.timerSet(5000);
    clock.advance(5000);
    expect(await sending).toBe('unreachable');
  });

  it('backs off after a failure, then reaches a peer that has come back', async () => {
    const clock = new TestClock();
    const address = await closedAddress();
    const { receiver } = await openReceiver(address, { clock });
    expect(await resultOf(receiver.send('owner', message(1)))).toBe('unreachable');
    const { inbox } = await openOwner({ listen: address });
    const sending = receiver.send('owner', message(2));
    clock.advance(99);
    expect(inbox.untaken).toEqual([]);
    clock.advance(1);
    await sending;
    expect((await inbox.message()).id).toBe(2);
  });

  it('ends for a send by its signal', async () => {
    const { address } = await openOwner();
    const proxy = await Proxy.open(address);
    proxy.hold();
    const { receiver } = await openReceiver(proxy.address);
    const controller = new AbortController();
    const aborted = resultOf(receiver.send('owner', message(1), { signal: controller.signal }));
    const other = resultOf(receiver.send('owner', message(2)));
    await proxy.until(({ accepted }) => accepted === 1);
    controller.abort('enough');
    expect(await aborted).toBe('enough');
    proxy.release();
    expect(await other).toBe('sent');
    expect(await resultOf(receiver.send('owner', message(3), { signal: AbortSignal.abort('never') }))).toBe('never');
  });
});

describe('listening', () => {
  it('on an address that is taken fails', async () => {
    const { address } = await openOwner();
    expect(await resultOf(tcp({ endpointId: 'second', listen: address }).then(() => {}))).toBe('unreachable');
  });

  it('says where to dial, or what it was told to say', async () => {
    const { owner, port } = await openOwner();
    expect(owner.addresses).toEqual([`127.0.0.1:${port}`]);
    const { owner: advertised } = await openOwner({ endpointId: 'o2', advertise: ['example.org:7000'] });
    expect(advertised.addresses).toEqual(['example.org:7000']);
    const { transport } = await open({ endpointId: 'quiet' });
    expect(transport.addresses).toBeUndefined();
  });
});
