import { describe, expect, it } from 'vitest';
import type { TcpOptions } from '@towline/transport-tcp';
import { TestClock } from '../support/test-clock.ts';
import { claim, frame, goodbyeCode, preface, RawPeer } from './support/raw-peer.ts';
import { message, openOwner, openReceiver, resultOf } from './support/scene.ts';

/** How a TLS 1.3 client begins. */
const tlsHello = Buffer.from('1603010200010001fc0303000102030405060708', 'hex');
const header = Buffer.from([0, 0, 0, 7]);

/** An owner with a well-behaved receiver, and a raw peer beside it that is not admitted yet. */
async function scene() {
  const { owner, inbox, address, port } = await openOwner();
  const { receiver, inbox: atReceiver } = await openReceiver(address, { endpointId: 'good' });
  await receiver.send('owner', message(1));
  await inbox.message();
  const raw = await RawPeer.dial(port);
  /** The good link is still the same one, in both directions. */
  const expectOthersToGoOn = async (): Promise<void> => {
    await receiver.send('owner', message(2));
    expect(await inbox.take(1)).toEqual(['2']);
    await owner.send('good', message(3));
    expect(await atReceiver.take(1)).toEqual(['3']);
  };
  return { owner, inbox, raw, expectOthersToGoOn };
}

/** The same with a raw peer that is admitted as `raw`. */
async function admittedScene() {
  const parts = await scene();
  parts.raw.write(preface('raw'));
  await parts.raw.until(12);
  return parts;
}

describe('before its admission', () => {
  it.each<[string, Buffer, string | undefined]>([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 'protocol'],
    ['a TLS hello', tlsHello, 'protocol'],
    ['zeros', Buffer.alloc(100), 'protocol'],
    ['a message', frame(2, header), 'protocol'],
    ['a ping', frame(3, ''), 'protocol'],
    ['a preface that is no JSON', frame(1, 'hello'), 'protocol'],
    ['a preface without a name', frame(1, '{"versions":[1],"instanceId":"i"}'), 'protocol'],
    ['a preface of another version', frame(1, '{"versions":[2],"endpointId":"a","instanceId":"i"}'), 'version'],
    ['an endless preface', claim(1, 0xffff_ffff, 0), 'limit'],
    ['a preface with a body', claim(1, 10, 10), 'protocol'],
    ['our own name', preface('owner'), 'name_taken'],
    ['a goodbye', frame(5, '{}'), undefined],
    ['a goodbye that is no JSON', frame(5, 'bye'), undefined],
  ])('a peer that sends %s loses its connection, is told why, and nobody else notices', async (_what, bytes, code) => {
    const { raw, expectOthersToGoOn } = await scene();
    raw.write(bytes);
    expect(goodbyeCode(await raw.everything)).toBe(code);
    await expectOthersToGoOn();
  });

  it('a peer that sends one byte at a time is still understood', async () => {
    const { raw, inbox } = await scene();
    raw.socket.setNoDelay(true);
    for (const byte of Buffer.concat([preface('raw'), frame(3, '')])) raw.write(Buffer.from([byte]));
    await raw.until(12);
    for (const byte of frame(2, header, Buffer.from([9]))) raw.write(Buffer.from([byte]));
    expect(await inbox.message()).toMatchObject({ id: 7, body: Buffer.from([9]), from: { peerId: 'raw' } });
  });
});

describe('after its admission', () => {
  it.each<[string, Buffer, string]>([
    ['another preface', preface('raw2'), 'protocol'],
    ['an unknown kind', frame(6, ''), 'protocol'],
    ['garbage', Buffer.from('garbage, garbage, garbage'), 'protocol'],
    ['a message header above the limit', claim(2, 65_537, 0), 'limit'],
    ['a message body above the limit', claim(2, 4, 64 * 1024 * 1024 + 128 * 1024), 'limit'],
    ['a message body of 4 GiB', claim(2, 4, 0xffff_ffff), 'limit'],
  ])('W4 a peer that sends %s loses its link, is told why, and nobody else notices', async (_what, bytes, code) => {
    const { raw, inbox, expectOthersToGoOn } = await admittedScene();
    const before = process.memoryUsage().arrayBuffers;
    raw.write(bytes);
    expect(goodbyeCode(await raw.everything)).toBe(code);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    expect(await inbox.take(1)).toEqual([code === 'limit' ? 'lost:limit_exceeded' : 'lost:protocol']);
    await expectOthersToGoOn();
  });

  it('W1 a message that is cut short never arrives', async () => {
    const { raw, inbox, expectOthersToGoOn } = await admittedScene();
    raw.write(frame(2, header, Buffer.alloc(10)), claim(2, 4, 1000), header, Buffer.alloc(999));
    expect(await inbox.message()).toMatchObject({ id: 7 });
    raw.socket.end();
    expect(await inbox.take(1)).toEqual(['lost:link_lost']);
    await expectOthersToGoOn();
  });

  it('W1 nothing arrives after a goodbye', async () => {
    const { raw, inbox, expectOthersToGoOn } = await admittedScene();
    raw.write(frame(5, '{"code":"closed","reason":"done"}'), frame(2, header));
    await raw.everything;
    expect(await inbox.take(1)).toEqual(['lost:closed']);
    await expectOthersToGoOn();
  });

  it('W7 a goodbye’s words are escaped', async () => {
    const { owner, raw } = await admittedScene();
    const words = new Promise<string | undefined>((resolve) => {
      owner.onPeerLost((_link, cause) => resolve(cause?.message));
    });
    raw.write(frame(5, JSON.stringify({ code: 'protocol', reason: '\u001b[2J\nERROR' })));
    expect(await words).toMatch(/\\u\{1b\}\[2J\\u\{a\}ERROR$/);
  });

  it('a flood of pings is answered without piling up answers', async () => {
    const { raw, inbox } = await admittedScene();
    const answered = raw.received.byteLength;
    raw.write(...Array.from({ length: 20_000 }, () => frame(3, '')), frame(2, header));
    expect(await inbox.message()).toMatchObject({ id: 7 });
    await raw.until(answered + 12);
    expect(raw.received.byteLength - answered).toBeLessThan(2000 * 12);
  });
});

describe('a peer that connects and says nothing', () => {
  it.each<[string, Partial<TcpOptions>]>([
    ['plain', {}],
    ['psk', { psk: { keys: () => undefined } }],
  ])('K6 loses its %s connection after handshakeTimeoutMs, also when it says a little', async (_mode, options) => {
    const clock = new TestClock();
    const { port } = await openOwner({ clock, ...options });
    const deadlines = clock.timerSet(5000);
    const silent = await RawPeer.dial(port);
    await deadlines;
    const second = clock.timerSet(5000);
    const slow = await RawPeer.dial(port);
    await second;
    slow.write(('psk' in options ? tlsHello : preface('slow')).subarray(0, 5));
    clock.advance(5000);
    expect((await silent.everything).byteLength).toBe(0);
    expect((await slow.everything).byteLength).toBe(0);
  });

  it('K6 takes one of the few places for handshakes of its address, and gives it back', async () => {
    const { port, inbox } = await openOwner({ maxHandshakesPerAddress: 2 });
    const first = await RawPeer.dial(port);
    const second = await RawPeer.dial(port);
    const third = await RawPeer.dial(port);
    expect((await third.everything).byteLength).toBe(0);
    // An admitted peer takes no place.
    first.write(preface('first'));
    await first.until(12);
    const fourth = await RawPeer.dial(port);
    fourth.write(preface('fourth'), frame(3, ''));
    await fourth.until(12);
    fourth.write(frame(2, header));
    expect((await inbox.message()).from.peerId).toBe('fourth');
    second.socket.destroy();
  });

  it('K6 gives its place back, in TLS too', async () => {
    const key = Buffer.alloc(32, 1);
    const { inbox, address } = await openOwner({ maxConnections: 1, psk: { keys: () => ({ key }) } });
    for (let id = 0; id < 5; id += 1) {
      const { receiver } = await openReceiver(address, { psk: { identity: 'i', key } });
      await receiver.send('owner', message(id));
      await receiver.close();
      expect(await inbox.take(2)).toEqual([String(id), 'lost:closed']);
      const wrong = await openReceiver(address, { psk: { identity: 'i', key: Buffer.alloc(32, 2) } });
      expect(await resultOf(wrong.receiver.send('owner', message(9)))).toMatch(/^(?:auth_failed|unreachable)$/);
    }
  });

  it('leaves room for others up to maxConnections', async () => {
    const { port, address } = await openOwner({ maxConnections: 1 });
    const first = await RawPeer.dial(port);
    first.write(preface('first'));
    await first.until(12);
    const { receiver } = await openReceiver(address);
    expect(await resultOf(receiver.send('owner', message(1)))).toBe('unreachable');
  });
});
