import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, createServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { PskEntry } from '@towline/transport-tcp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestAuthority } from './support/certificates.ts';
import { Proxy } from './support/proxy.ts';
import { preface, RawPeer } from './support/raw-peer.ts';
import { message, openOwner, openReceiver, resultOf } from './support/scene.ts';

const key = randomBytes(32);
const identity = 'towline1.test-identity';

/** An owner that knows some keys; `admitted` are the peers that sent something. */
async function keyOwner(entries: Readonly<Record<string, PskEntry>> = { [identity]: { key } }) {
  const table = new Map(Object.entries(entries));
  return { table, ...(await openOwner({ psk: { keys: (asked) => table.get(asked) } })) };
}

/** How a TLS client fares that is not ours: the bytes it got, or its error's code. */
async function tlsClient(port: number, options: ConnectionOptions, use?: (socket: TLSSocket) => void): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  onTestFinished(() => void socket.destroy());
  let outcome = 'closed';
  socket.on('error', (error: Error & { code?: string }) => (outcome = error.code ?? error.message));
  socket.on('data', () => (outcome = 'answered'));
  socket.on('secureConnect', () => {
    socket.write(preface('stranger'));
    use?.(socket);
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return outcome;
}

describe('a key', () => {
  it('K1 opens an encrypted link in TLS 1.3, and nothing but the identity can be read on the way', async () => {
    const { owner, inbox, address } = await keyOwner();
    const proxy = await Proxy.open(address);
    const { receiver, inbox: atReceiver } = await openReceiver(proxy.address, { psk: { identity, key } });
    const secret = Buffer.from('the body of this message is nobody else’s business');
    await receiver.send('owner', message(1, secret));
    expect((await inbox.message()).body).toEqual(secret);
    await owner.send('receiver', message(2, secret));
    expect((await atReceiver.message()).body).toEqual(secret);
    expect([receiver.capabilities.encrypted, owner.capabilities.encrypted]).toEqual([true, true]);
    expect(proxy.seen.includes(identity)).toBe(true);
    for (const text of [secret, 'receiver', 'owner', 'endpointId']) expect(proxy.seen.includes(text)).toBe(false);
  });

  it('R9 with a name proves that name, without one it vouches for the claimed one; its transaction goes into the link', async () => {
    const own = { key, peerId: 'receiver', transactionId: 'T1' };
    const { inbox, address } = await keyOwner({ own, shared: { key } });
    const { receiver, inbox: atReceiver } = await openReceiver(address, { psk: { identity: 'own', key } });
    await receiver.send('owner', message(1));
    expect((await inbox.message()).from).toMatchObject({ peerId: 'receiver', strength: 'proven', transactionId: 'T1' });
    const { receiver: guest } = await openReceiver(address, { endpointId: 'guest', psk: { identity: 'shared', key } });
    await guest.send('owner', message(2));
    const { from } = await inbox.message();
    expect(from).toMatchObject({ peerId: 'guest', strength: 'vouched' });
    expect(from.transactionId).toBeUndefined();
    expect(atReceiver.untaken).toEqual([]);
  });

  it('R9 the listener is proven by a key of one’s own, and vouched for by a shared one', async () => {
    const { owner, inbox, address } = await keyOwner();
    for (const [endpointId, shared, strength] of [
      ['a', false, 'proven'],
      ['b', true, 'vouched'],
    ] as const) {
      const { receiver, inbox: atReceiver } = await openReceiver(address, {
        endpointId,
        psk: { identity, key, shared },
      });
      await receiver.send('owner', message(1));
      await inbox.message();
      await owner.send(endpointId, message(2));
      expect((await atReceiver.message()).from.strength).toBe(strength);
    }
  });

  it('of one name is refused to another', async () => {
    const { inbox, address } = await keyOwner({ [identity]: { key, peerId: 'a' } });
    const { receiver } = await openReceiver(address, { endpointId: 'b', psk: { identity, key } });
    expect(await resultOf(receiver.send('owner', message(1)))).toBe('auth_failed');
    expect(inbox.untaken).toEqual([]);
  });

  it('carries messages of the largest size', async () => {
    const { owner, inbox, address } = await keyOwner();
    const { receiver, inbox: atReceiver } = await openReceiver(address, { psk: { identity, key } });
    await receiver.send('owner', message(1));
    await inbox.message();
    const body = randomBytes(owner.capabilities.maxMessageBytes - 4);
    await owner.send('receiver', message(2, body));
    expect(body.equals((await atReceiver.message()).body)).toBe(true);
  });
});

describe('without the right key', () => {
  it('K6 a wrong key fails, and K2 an unknown identity looks just the same', async () => {
    const { inbox, address } = await keyOwner();
    const wrong = await openReceiver(address, { endpointId: 'a', psk: { identity, key: randomBytes(32) } });
    const unknown = await openReceiver(address, { endpointId: 'b', psk: { identity: 'towline1.nobody', key } });
    const failures = [];
    for (const { receiver } of [wrong, unknown]) {
      failures.push(await receiver.send('owner', message(1)).catch((error: Error) => error));
    }
    expect(failures).toMatchObject([{ code: 'auth_failed' }, { code: 'auth_failed' }]);
    expect((failures[0] as Error).message).toBe((failures[1] as Error).message);
    expect(inbox.untaken).toEqual([]);
  });

  it('a key table that throws refuses the peer, and the endpoint goes on', async () => {
    const keys = (asked: string): PskEntry => {
      if (asked !== identity) throw new Error(`no ${asked}`);
      return { key };
    };
    const { inbox, address } = await openOwner({ psk: { keys } });
    const { receiver: unknown } = await openReceiver(address, { psk: { identity: 'nobody', key } });
    expect(await resultOf(unknown.send('owner', message(1)))).toBe('auth_failed');
    const { receiver } = await openReceiver(address, { psk: { identity, key } });
    await receiver.send('owner', message(2));
    expect(await inbox.take(1)).toEqual(['2']);
  });

  it('K6 no key fails, in TLS 1.3 and below', async () => {
    const { port, inbox } = await keyOwner();
    expect(await tlsClient(port, {})).toMatch(/^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/);
    expect(await tlsClient(port, { maxVersion: 'TLSv1.2' })).toMatch(/^ERR_SSL_.*PROTOCOL_VERSION$/);
    expect(inbox.untaken).toEqual([]);
  });

  it('K6 the right key in TLS 1.2, or with another cipher, fails', async () => {
    const { port } = await keyOwner();
    const pskCallback = () => ({ psk: key, identity });
    const old = { maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-GCM-SHA256', pskCallback } as const;
    expect(await tlsClient(port, old)).toMatch(/^ERR_SSL_/);
    expect(await tlsClient(port, { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384', pskCallback })).toMatch(
      /^ERR_SSL_/,
    );
    expect(
      await tlsClient(port, { minVersion: 'TLSv1.3', pskCallback }, (socket) =>
        socket.once('data', () => socket.end()),
      ),
    ).toBe('answered');
  });

  it('K6 a session saved from an earlier link does not get in', async () => {
    const { table, port, owner } = await keyOwner();
    const sessions: Buffer[] = [];
    const withKey: ConnectionOptions = { minVersion: 'TLSv1.3', pskCallback: () => ({ psk: key, identity }) };
    const first = await tlsClient(port, withKey, (socket) => {
      socket.on('session', (session) => sessions.push(session));
      socket.once('data', () => socket.end());
    });
    expect(first).toBe('answered');
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) {
      expect(await tlsClient(port, { minVersion: 'TLSv1.3', session })).not.toBe('answered');
      table.delete(identity);
      owner.revoke(identity);
      expect(await tlsClient(port, { ...withKey, session })).not.toBe('answered');
    }
  });

  it('a plain client on a TLS port, and a client with a key on a plain port, get nowhere', async () => {
    const { port, inbox } = await keyOwner();
    const plain = await RawPeer.dial(port);
    plain.write(preface('stranger'));
    expect((await plain.everything).includes('endpointId')).toBe(false);
    const { receiver: plainReceiver } = await openReceiver(`127.0.0.1:${port}`);
    expect(await resultOf(plainReceiver.send('owner', message(1)))).toMatch(/^(?:protocol|unreachable)$/);
    const { address: plainAddress, inbox: atPlain } = await openOwner();
    const { receiver: keyed } = await openReceiver(plainAddress, { psk: { identity, key } });
    expect(await resultOf(keyed.send('owner', message(1)))).toBe('unreachable');
    expect([inbox.untaken, atPlain.untaken]).toEqual([[], []]);
  });

  it('K7 a server with a certificate that the system trusts, but without the key, is refused', async () => {
    const authority = new TestAuthority('A test authority');
    const directory = await mkdtemp(join(tmpdir(), 'towline-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const trusted = join(directory, 'authority.pem');
    await writeFile(trusted, authority.cert);
    const impostor = createServer(authority.issue('owner', ['127.0.0.1']), (socket) => {
      socket.on('error', () => {});
      socket.write(preface('owner'));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void impostor.close());
    await once(impostor, 'listening');
    const { port } = impostor.address() as AddressInfo;
    const script = fileURLToPath(new URL('support/trusting-client.mjs', import.meta.url));
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted, PORT: String(port) };
    const [result] = (await once(fork(script, { env, execArgv: [] }), 'message')) as unknown[];
    expect(result).toEqual({ usual: 'accepted', ours: 'auth_failed' });
  });
});

describe('revoking', () => {
  it('K4 closes the open links of that key, and no others', async () => {
    const { table, owner, inbox, address } = await keyOwner({ a: { key }, b: { key } });
    const { receiver: a, inbox: atA } = await openReceiver(address, { endpointId: 'a', psk: { identity: 'a', key } });
    const { receiver: b, inbox: atB } = await openReceiver(address, { endpointId: 'b', psk: { identity: 'b', key } });
    await Promise.all([a.send('owner', message(1)), b.send('owner', message(1))]);
    await inbox.take(2);
    table.delete('a');
    owner.revoke('a');
    expect(await inbox.take(1)).toEqual(['lost:auth_failed']);
    expect(await atA.take(1)).toEqual(['lost:auth_failed']);
    expect(await resultOf(a.send('owner', message(2)))).toBe('auth_failed');
    await b.send('owner', message(3));
    expect(await inbox.take(1)).toEqual(['3']);
    expect(atB.untaken).toEqual([]);
  });
});
