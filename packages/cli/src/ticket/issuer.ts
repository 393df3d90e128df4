import { randomBytes } from 'node:crypto';
import { deriveKey, pskIdentity, secretBytes } from './keys.ts';
import { type Ticket, ticketIdBytes } from './ticket.ts';

/** How long a ticket works after it was printed, when nothing else is said (rule K1). */
export const ticketLifetimeMs: number = 24 * 60 * 60 * 1_000;

/** A ticket and what the owner keeps of it. */
export interface IssuedTicket {
  readonly ticket: Ticket;
  /** What the receiver names in the handshake. */
  readonly identity: string;
  /** When it stops working, on the owner's monotonic clock. */
  readonly expiresAtMs: number;
}

/** What the tickets of one transaction have in common. */
export interface TicketTerms {
  readonly owner: string;
  readonly transactionId: string;
  readonly indexRefId: string;
  readonly addresses: readonly string[];
  /** `false`: tickets without a key, for a listener without TLS (rule K8). */
  readonly keyed: boolean;
  readonly lifetimeMs?: number;
}

/** The two clocks of the owner: the monotonic one decides, the other is told to people. */
export interface TicketClock {
  now(): number;
  wallNow(): number;
}

/**
 * Makes one ticket for each name, or one shared ticket when there are none (rule K3). The secret that the keys come from
 * exists during this call only. `random` gives that many fresh random bytes.
 */
export function issueTickets(
  terms: TicketTerms,
  receivers: readonly string[],
  clock: TicketClock,
  random: (byteLength: number) => Uint8Array = randomBytes,
): readonly IssuedTicket[] {
  const secret = random(secretBytes);
  const names = receivers.length === 0 ? [undefined] : receivers;
  return names.map((name) => issueTicket(terms, name, secret, clock, random));
}

function issueTicket(
  { owner, transactionId, indexRefId, addresses, keyed, lifetimeMs = ticketLifetimeMs }: TicketTerms,
  receiver: string | undefined,
  secret: Uint8Array,
  clock: TicketClock,
  random: (byteLength: number) => Uint8Array,
): IssuedTicket {
  const ticketId = Uint8Array.from(random(ticketIdBytes));
  const ticket: Ticket = {
    addresses,
    owner,
    transactionId,
    indexRefId,
    ...(receiver === undefined ? {} : { receiver }),
    expiresAtMs: Math.round(clock.wallNow() + lifetimeMs),
    ticketId,
    ...(keyed ? { key: deriveKey(secret, ticketId, owner, receiver ?? '') } : {}),
  };
  return { ticket, identity: pskIdentity(ticketId), expiresAtMs: clock.now() + lifetimeMs };
}
