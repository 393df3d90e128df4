import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueTickets, type TicketTerms, ticketLifetimeMs } from '../src/ticket/issuer.ts';
import { deriveKey, pskIdentity } from '../src/ticket/keys.ts';

const secret = new Uint8Array(32).fill(7);
const ticketId = Uint8Array.from({ length: 16 }, (_, index) => index);
const terms: TicketTerms = {
  owner: 'owner',
  transactionId: 'T1',
  indexRefId: 'R1',
  addresses: ['127.0.0.1:1'],
  keyed: true,
};
const clock = { now: () => 1_000, wallNow: () => 1_800_000_000_000.4 };

/** HKDF of RFC 5869 for one block of output, written out. */
function hkdf(info: Buffer): Uint8Array {
  const extracted = createHmac('sha256', ticketId).update(secret).digest();
  return Uint8Array.from(createHmac('sha256', extracted).update(info).update(Buffer.of(1)).digest());
}

describe('keys of tickets', () => {
  it('K2 the identity is towline1. and the ticket id in base64url', () => {
    expect(pskIdentity(ticketId)).toBe('towline1.AAECAwQFBgcICQoLDA0ODw');
  });

  it('K2 the key is HKDF-SHA-256 of the secret, salted by the ticket id, for its label and both names', () => {
    const info = Buffer.from('towline/1 psk\0\0\u0005owner\0\u0001a', 'latin1');
    expect(deriveKey(secret, ticketId, 'owner', 'a')).toEqual(hkdf(info));
  });

  it('K2 lengths keep names apart that are the same when joined', () => {
    expect(deriveKey(secret, ticketId, 'ab', 'c')).not.toEqual(deriveKey(secret, ticketId, 'a', 'bc'));
  });

  it('K2 a secret of another length is refused', () => {
    expect(() => deriveKey(new Uint8Array(31), ticketId, 'a', 'b')).toThrow('32 bytes');
  });

  it('K3 there is one ticket for each name, with an id and a key of its own', () => {
    const issued = issueTickets(terms, ['a', 'b'], clock);
    expect(issued.map(({ ticket }) => ticket.receiver)).toEqual(['a', 'b']);
    expect(new Set(issued.map(({ identity }) => identity)).size).toBe(2);
    expect(issued[0]?.ticket.key).not.toEqual(issued[1]?.ticket.key);
  });

  it('K3 without names there is one shared ticket', () => {
    const [issued, ...more] = issueTickets(terms, [], clock);
    expect(more).toEqual([]);
    expect(issued?.ticket).not.toHaveProperty('receiver');
  });

  it('K1 a ticket is for 24 hours: on the monotonic clock for the owner, on the wall clock for people', () => {
    const [issued] = issueTickets(terms, [], clock);
    expect(ticketLifetimeMs).toBe(86_400_000);
    expect(issued?.expiresAtMs).toBe(1_000 + 86_400_000);
    expect(issued?.ticket.expiresAtMs).toBe(1_800_000_000_000 + 86_400_000);
  });

  it('K2 the ticket holds the key and never the secret', () => {
    const random = (length: number): Uint8Array => (length === 32 ? secret : ticketId);
    const [issued] = issueTickets(terms, ['a'], clock, random);
    expect(issued?.ticket.key).toEqual(deriveKey(secret, ticketId, 'owner', 'a'));
    expect(Object.values(issued?.ticket ?? {})).not.toContainEqual(secret);
  });

  it('K8 a ticket of --insecure has no key', () => {
    expect(issueTickets({ ...terms, keyed: false }, [], clock)[0]?.ticket).not.toHaveProperty('key');
  });
});
