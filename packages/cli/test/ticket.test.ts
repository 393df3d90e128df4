import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../src/command-error.ts';
import { formatTicket, maxTicketCharacters, parseTicket, ticketPrefix } from '../src/ticket/encoding.ts';
import type { Ticket } from '../src/ticket/ticket.ts';

const ticket: Ticket = {
  addresses: ['192.0.2.7:7000', '[2001:db8::7]:7000'],
  owner: 'owner-1',
  transactionId: 'T1',
  indexRefId: 'R1',
  expiresAtMs: 1_800_000_000_000,
  ticketId: Uint8Array.from({ length: 16 }, (_, index) => index),
  key: Uint8Array.from({ length: 32 }, (_, index) => 255 - index),
};

/** Fields as a ticket with a checksum that matches, whatever they say. */
function sealed(fields: Uint8Array): string {
  const checksum = createHash('sha256').update(fields).digest().subarray(0, 4);
  return ticketPrefix + Buffer.concat([fields, checksum]).toString('base64url');
}

function fieldsOf(text: string): Buffer {
  return Buffer.from(text.slice(ticketPrefix.length), 'base64url').subarray(0, -4);
}

function withoutAddresses(): Buffer {
  const fields = fieldsOf(formatTicket(ticket));
  const listBytes = ticket.addresses.reduce((sum, address) => sum + 2 + address.length, 0);
  return Buffer.concat([fields.subarray(0, 2), Buffer.of(0), fields.subarray(3 + listBytes)]);
}

function refusal(text: string): string {
  let thrown: unknown;
  try {
    parseTicket(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(CommandError);
  expect((thrown as CommandError).exitCode).toBe(2);
  return (thrown as CommandError).message;
}

function at(addresses: readonly string[]): string {
  return formatTicket({ ...ticket, addresses });
}

const id = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => text.replaceAll(/\p{Cc}/gu, '').normalize('NFC') || 'x');
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const tickets = fc.record(
  {
    addresses: fc.array(fc.stringMatching(/^[a-z0-9.]{1,40}:[0-9]{1,5}$/), { minLength: 1, maxLength: 8 }),
    owner: id,
    transactionId: id,
    indexRefId: id,
    receiver: id,
    expiresAtMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    ticketId: bytes(16),
    key: bytes(32),
  },
  { requiredKeys: ['addresses', 'owner', 'transactionId', 'indexRefId', 'expiresAtMs', 'ticketId'] },
);

describe('a ticket', () => {
  it('K1 is one line of letters, digits, - and _ that starts with towline1', () => {
    expect(formatTicket(ticket)).toMatch(/^towline1[A-Za-z0-9_-]+$/);
  });

  it('K1 has a layout that does not move', () => {
    const fields = [
      '0101', // version, flags
      '02', // addresses
      `000e${Buffer.from('192.0.2.7:7000').toString('hex')}`,
      `0012${Buffer.from('[2001:db8::7]:7000').toString('hex')}`,
      `07${Buffer.from('owner-1').toString('hex')}`,
      '025431',
      '025231',
      '01a3185c5000',
      '000102030405060708090a0b0c0d0e0f',
      'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0',
    ];
    expect(formatTicket(ticket)).toBe(sealed(Buffer.from(fields.join(''), 'hex')));
  });

  it('K1 says the same after it was written and read, whatever it holds', () => {
    fc.assert(
      fc.property(tickets, (any) => {
        expect(parseTicket(formatTicket(any as Ticket))).toEqual(any);
      }),
    );
  });

  it('K1 is refused when any one character of it is another', () => {
    const text = formatTicket(ticket);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(refusal(text.slice(0, at) + other + text.slice(at + 1))).toContain('ticket');
    }
  });

  it('K1 is refused when it is cut anywhere, or goes on', () => {
    const text = formatTicket(ticket);
    for (let length = 0; length < text.length; length += 1) expect(refusal(text.slice(0, length))).toContain('ticket');
    expect(refusal(`${text}A`)).toContain('ticket');
    expect(refusal(`${text}AAAA`)).toContain('ticket');
  });

  it('K1 is refused when it does not begin as one, is of another version, or has other characters', () => {
    expect(refusal('hello')).toContain('starts with towline1');
    expect(refusal('towline2AAAA')).toContain('version');
    expect(refusal(`${formatTicket(ticket)} `)).toContain('letters, digits');
    expect(refusal('towline1')).toContain('missing');
  });

  it('K1 is refused before it is decoded when it is longer than any can be', () => {
    expect(refusal(ticketPrefix + 'A'.repeat(maxTicketCharacters))).toContain('too long');
  });

  it.each([
    ['another layout version', (fields: Buffer) => fields.fill(9, 0, 1), 'version'],
    ['unknown flags', (fields: Buffer) => fields.fill(0xff, 1, 2), 'flags'],
    ['no address', withoutAddresses, 'no address'],
    ['nine addresses', (fields: Buffer) => fields.fill(9, 2, 3), 'more than 8'],
    ['a length beyond its end', (fields: Buffer) => fields.fill(0xff, 3, 5), 'ends too early'],
    ['text that is not UTF-8', (fields: Buffer) => fields.fill(0xff, 5, 6), 'UTF-8'],
    ['bytes after its fields', (fields: Buffer) => Buffer.concat([fields, Buffer.of(0)]), 'more than the fields'],
  ])('K1 with a right checksum is refused for %s', (_what, change, said) => {
    expect(refusal(sealed(change(fieldsOf(formatTicket(ticket)))))).toContain(said);
  });

  it('K1 takes at most 8 addresses of 512 characters in all, and ids of at most 128 bytes', () => {
    const long = 'a'.repeat(64);
    expect(parseTicket(at(Array.from({ length: 8 }, () => long))).addresses).toHaveLength(8);
    expect(() => at(Array.from({ length: 9 }, () => 'a:1'))).toThrow('more than 8');
    expect(() => at([...Array.from({ length: 7 }, () => long), `${long}a`])).toThrow('512');
    expect(() => at(['häuser:1'])).toThrow('ASCII');
    expect(() => formatTicket({ ...ticket, owner: 'a'.repeat(129) })).toThrow('128');
    expect(() => formatTicket({ ...ticket, receiver: '' })).toThrow('receiver');
    expect(() => formatTicket({ ...ticket, expiresAtMs: -1 })).toThrow('expiry');
    expect(() => formatTicket({ ...ticket, ticketId: new Uint8Array(15) })).toThrow('16');
    expect(() => formatTicket({ ...ticket, key: new Uint8Array(31) })).toThrow('32');
  });

  it('K5 a refusal repeats nothing of the ticket', () => {
    const text = formatTicket(ticket);
    const wrong = `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`;
    const message = refusal(wrong);
    for (let at = 8; at + 8 <= wrong.length; at += 1) expect(message).not.toContain(wrong.slice(at, at + 8));
  });

  it('K8 without a key says so', () => {
    const keyless = Object.fromEntries(
      Object.entries(ticket).filter(([field]) => field !== 'key'),
    ) as unknown as Ticket;
    expect(parseTicket(formatTicket(keyless))).not.toHaveProperty('key');
  });
});
