// A ticket is `towline1` and, in base64url without padding, these fields (integers big-endian):
//
//   version       1 byte    1
//   flags         1 byte    bit 0: there is a key; bit 1: there is a receiver
//   addresses     1 byte    their number, 1 to 8; for each 2 bytes of length and ASCII
//   owner         1 byte of length and UTF-8, 1 to 128 bytes; likewise:
//   transaction
//   index ref
//   receiver      only with bit 1
//   expiry        6 bytes   milliseconds since the Unix epoch
//   ticket id    16 bytes
//   key          32 bytes   only with bit 0
//   checksum      4 bytes   the first 4 of the SHA-256 of everything before
import { createHash } from 'node:crypto';
import { CommandError } from '../command-error.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { keyBytes, maxAddresses, type Ticket, ticketIdBytes, ticketProblem } from './ticket.ts';

/** What every ticket starts with. */
export const ticketPrefix = 'towline1';
/** Longer than any valid ticket: nothing above it is decoded. */
export const maxTicketCharacters = 2_048;

const layoutVersion = 1;
const hasKey = 1;
const hasReceiver = 2;
const checksumBytes = 4;
const anyTicket = /^towline(\d+)[A-Za-z0-9_-]*$/;
const ticketText = /^towline1[A-Za-z0-9_-]+$/;

/** The ticket as its one line. Throws `RangeError` for a ticket that cannot be. */
export function formatTicket(ticket: Ticket): string {
  const problem = ticketProblem(ticket);
  if (problem) throw new RangeError(`a ticket cannot be made: ${problem}`);
  const fields = encodeFields(ticket);
  return ticketPrefix + Buffer.concat([fields, checksum(fields)]).toString('base64url');
}

/** Reads a ticket. Throws `bad_ticket`, with a message that holds nothing of it. */
export function parseTicket(text: string): Ticket {
  if (text.length > maxTicketCharacters) throw damaged('it is too long');
  if (!ticketText.test(text)) throw damaged(shapeProblem(text));
  const encoded = text.slice(ticketPrefix.length);
  const bytes = Buffer.from(encoded, 'base64url');
  // Node skips what it cannot decode: only the canonical text stands for these bytes.
  if (bytes.toString('base64url') !== encoded || bytes.byteLength <= checksumBytes) throw damaged('a part is missing');
  const fields = bytes.subarray(0, -checksumBytes);
  if (!checksum(fields).equals(bytes.subarray(-checksumBytes))) throw damaged('its checksum does not match');
  return decodeFields(fields);
}

function encodeFields(ticket: Ticket): Uint8Array {
  const flags = (ticket.key ? hasKey : 0) | (ticket.receiver === undefined ? 0 : hasReceiver);
  const writer = new ByteWriter().integer(layoutVersion, 1).integer(flags, 1).integer(ticket.addresses.length, 1);
  for (const address of ticket.addresses) writer.text(address, 2);
  writer.text(ticket.owner, 1).text(ticket.transactionId, 1).text(ticket.indexRefId, 1);
  if (ticket.receiver !== undefined) writer.text(ticket.receiver, 1);
  writer.integer(ticket.expiresAtMs, 6).bytes(ticket.ticketId);
  if (ticket.key) writer.bytes(ticket.key);
  return writer.finish();
}

function decodeFields(fields: Uint8Array): Ticket {
  try {
    const ticket = readFields(new ByteReader(fields));
    const problem = ticketProblem(ticket);
    if (problem) throw new RangeError(problem);
    return ticket;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(error.message);
    throw error;
  }
}

function readFields(reader: ByteReader): Ticket {
  if (reader.integer(1) !== layoutVersion) throw new RangeError('it is of a version that is not known here');
  const flags = reader.integer(1);
  if (flags > (hasKey | hasReceiver)) throw new RangeError('it has flags that are not known here');
  const addresses = readAddresses(reader);
  const owner = reader.text(1);
  const transactionId = reader.text(1);
  const indexRefId = reader.text(1);
  const receiver = flags & hasReceiver ? { receiver: reader.text(1) } : {};
  const expiresAtMs = reader.integer(6);
  const ticketId = reader.bytes(ticketIdBytes);
  const key = flags & hasKey ? { key: reader.bytes(keyBytes) } : {};
  reader.end();
  return { addresses, owner, transactionId, indexRefId, ...receiver, expiresAtMs, ticketId, ...key };
}

function readAddresses(reader: ByteReader): readonly string[] {
  const count = reader.integer(1);
  if (count > maxAddresses) throw new RangeError(`it has more than ${maxAddresses} addresses`);
  return Array.from({ length: count }, () => reader.text(2));
}

function checksum(fields: Uint8Array): Buffer {
  return createHash('sha256').update(fields).digest().subarray(0, checksumBytes);
}

function shapeProblem(text: string): string {
  const version = anyTicket.exec(text)?.[1];
  if (version === undefined) return `a ticket starts with ${ticketPrefix} and has letters, digits, - and _ only`;
  return version === '1' ? 'a part is missing' : 'it is of a version that is not known here';
}

function damaged(reason: string): CommandError {
  return new CommandError('bad_ticket', `the ticket cannot be used: ${reason}`);
}
