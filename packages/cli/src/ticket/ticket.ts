import { idProblem } from '@towline/downloader-core/spi';

/** What a receiver needs to pull (rule K1). A secret: whoever has it may pull. */
export interface Ticket {
  /** Where the owner listens, `host:port` each, in the order in which they are tried; 1 to 8. */
  readonly addresses: readonly string[];
  /** The owner's endpoint id. */
  readonly owner: string;
  readonly transactionId: string;
  /** The ref of the object that lists the others. */
  readonly indexRefId: string;
  /** The one receiver that this ticket is for (rule K3); absent on a shared ticket. */
  readonly receiver?: string;
  /** Milliseconds since the Unix epoch, for people: the owner judges by its own monotonic clock (rule K1). */
  readonly expiresAtMs: number;
  /** 16 random bytes that name the ticket. */
  readonly ticketId: Uint8Array;
  /** The 32 bytes of the pre-shared key; absent on a ticket of `--insecure` (rule K8). */
  readonly key?: Uint8Array;
}

export const maxAddresses = 8;
/** Over all addresses of a ticket, in characters. */
export const maxAddressCharacters = 512;
export const ticketIdBytes = 16;
export const keyBytes = 32;
const latestExpiryMs = 2 ** 48 - 1;
const printableAscii = /^[\x21-\x7e]+$/;

/** Says what makes a ticket impossible, or nothing when it is fine. Never names the key. */
export function ticketProblem(ticket: Ticket): string | undefined {
  const ids = { owner: ticket.owner, transaction: ticket.transactionId, 'index ref': ticket.indexRefId };
  for (const [name, id] of Object.entries(ids)) {
    const problem = idProblem(id);
    if (problem) return `the ${name} ${problem}`;
  }
  const receiverProblem = ticket.receiver === undefined ? undefined : idProblem(ticket.receiver);
  if (receiverProblem) return `the receiver ${receiverProblem}`;
  if (!Number.isInteger(ticket.expiresAtMs) || ticket.expiresAtMs < 0 || ticket.expiresAtMs > latestExpiryMs) {
    return 'the expiry is no time';
  }
  if (ticket.ticketId.byteLength !== ticketIdBytes) return `the ticket id has not ${ticketIdBytes} bytes`;
  if (ticket.key && ticket.key.byteLength !== keyBytes) return `the key has not ${keyBytes} bytes`;
  return addressesProblem(ticket.addresses);
}

/** Says what is wrong with the addresses of a ticket, or nothing. */
export function addressesProblem(addresses: readonly string[]): string | undefined {
  if (addresses.length === 0) return 'it has no address';
  if (addresses.length > maxAddresses) return `it has more than ${maxAddresses} addresses`;
  const characters = addresses.reduce((sum, address) => sum + address.length, 0);
  if (characters > maxAddressCharacters) return `its addresses have more than ${maxAddressCharacters} characters`;
  if (!addresses.every((address) => printableAscii.test(address))) return 'an address has characters beyond ASCII';
  return undefined;
}
