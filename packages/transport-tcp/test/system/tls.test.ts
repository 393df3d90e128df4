import { connect } from 'node:tls';
import type { TcpOptions } from '@towline/transport-tcp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestAuthority } from './support/certificates.ts';
import { goodbyeCode, preface } from './support/raw-peer.ts';
import { message, openOwner, openReceiver, portOf, resultOf } from './support/scene.ts';

const authority = new TestAuthority('Towline test authority');
const stranger = new TestAuthority('Another test authority');
const ownerCertificate = authority.issue('owner', ['127.0.0.1']);

const tlsOf = (certificate: { cert: string; key: string }, ca = authority.cert): Partial<TcpOptions> => ({
  tls: { ...certificate, ca },
});

describe('certificates of both sides', () => {
  it('R9 prove the identities of both', async () => {
    const { owner, inbox, address } = await openOwner(tlsOf(ownerCertificate));
    const { receiver, inbox: atReceiver } = await openReceiver(address, tlsOf(authority.issue('receiver')));
    await receiver.send('owner', message(1, Buffer.alloc(2_000_000, 7)));
    const { from, body } = await inbox.message();
    expect([from.peerId, from.strength, body.byteLength]).toEqual(['receiver', 'proven', 2_000_000]);
    await owner.send('receiver', message(2));
    expect((await atReceiver.message()).from).toMatchObject({ peerId: 'owner', strength: 'proven' });
    expect(owner.capabilities).toMatchObject({ encrypted: true, identity: 'proven' });
  });

  it('are good for any host when the name is the one that was dialled', async () => {
    const { inbox, address } = await openOwner(tlsOf(authority.issue('owner')));
    const { receiver } = await openReceiver(address, tlsOf(authority.issue('receiver')));
    await receiver.send('owner', message(1));
    expect((await inbox.message()).id).toBe(1);
  });

  it.each<[string, Partial<TcpOptions>]>([
    ['for another name', tlsOf(authority.issue('somebody else'))],
    ['from another authority', tlsOf(stranger.issue('receiver'))],
    ['missing', { tls: { ca: authority.cert } }],
  ])('R9 a client certificate that is %s is refused', async (_what, options) => {
    const { inbox, address } = await openOwner(tlsOf(ownerCertificate));
    const { receiver } = await openReceiver(address, options);
    expect(await resultOf(receiver.send('owner', message(1)))).toBe('auth_failed');
    expect(inbox.untaken).toEqual([]);
  });

  it.each<[string, Partial<TcpOptions>]>([
    ['from another authority', tlsOf(stranger.issue('owner', ['127.0.0.1']))],
    ['for another host and another name', tlsOf(authority.issue('somebody', ['example.org']))],
  ])('a listener’s certificate that is %s is refused', async (_what, options) => {
    const { inbox, address } = await openOwner({ ...options, tls: { ...options.tls, requestClientCert: false } });
    const { receiver } = await openReceiver(address, tlsOf(authority.issue('receiver')));
    expect(await resultOf(receiver.send('owner', message(1)))).toBe('auth_failed');
    expect(inbox.untaken).toEqual([]);
  });
});

describe('a certificate of the listener only', () => {
  it('R9 leaves the client’s name a claim, and one for the host leaves the listener’s name a claim', async () => {
    const certificate = authority.issue('some host', ['127.0.0.1']);
    const { owner, inbox, address } = await openOwner({ tls: { ...certificate, requestClientCert: false } });
    const { receiver, inbox: atReceiver } = await openReceiver(address, { tls: { ca: authority.cert } });
    await receiver.send('owner', message(1));
    expect((await inbox.message()).from).toMatchObject({ peerId: 'receiver', strength: 'claimed' });
    await owner.send('receiver', message(2));
    expect((await atReceiver.message()).from.strength).toBe('claimed');
    expect(owner.capabilities.identity).toBe('claimed');
  });
});

it('K6 a session saved from an earlier link does not get in without the certificate', async () => {
  const { inbox, address } = await openOwner(tlsOf(ownerCertificate));
  const dial = (options: object) => {
    const socket = connect({ host: '127.0.0.1', port: portOf(address), ca: authority.cert, ...options });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.on('secureConnect', () => socket.write(preface('receiver')));
    return socket;
  };
  const sessions: Buffer[] = [];
  const first = dial(authority.issue('receiver'));
  first.on('session', (session) => sessions.push(session));
  await new Promise((resolve) => first.once('data', resolve));
  first.destroy();
  expect(await inbox.take(1)).toEqual(['lost:link_lost']);
  expect(sessions.length).toBeGreaterThan(0);
  for (const session of [...sessions, undefined]) {
    const again = dial(session ? { session } : {});
    const answer: Buffer[] = [];
    again.on('data', (chunk: Buffer) => answer.push(chunk));
    let isReused: boolean | undefined;
    again.on('secureConnect', () => (isReused = again.isSessionReused()));
    await new Promise((resolve) => again.on('close', resolve));
    expect(isReused).toBe(false);
    expect(goodbyeCode(Buffer.concat(answer))).toBe('auth_failed');
  }
  expect(inbox.untaken).toEqual([]);
});
