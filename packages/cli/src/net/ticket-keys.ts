import type { Clock } from '@towline/downloader-core/spi';
import type { IssuedTicket } from '../ticket/issuer.ts';

/** What the owner's handshake needs to know of a ticket. */
export interface TicketKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** The one name that it proves; absent: receivers name themselves. */
  readonly receiver?: string;
  /** The only transaction that it admits to. */
  readonly transactionId: string;
  /** On the owner's monotonic clock. */
  readonly expiresAtMs: number;
}

/** The tickets that work now, by their PSK identity (rules K1, K4). Its timers keep the process alive until `close`. */
export class TicketKeys {
  readonly #clock: Clock;
  readonly #keys = new Map<string, TicketKey>();
  readonly #timers: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a ticket work until it expires; `onExpired` then has to end the links that it opened. */
  add({ ticket, identity, expiresAtMs }: IssuedTicket, onExpired: (identity: string) => void): void {
    if (!ticket.key) return;
    const { key, receiver, transactionId } = ticket;
    this.#keys.set(identity, { key, ...(receiver === undefined ? {} : { receiver }), transactionId, expiresAtMs });
    this.#timers.push(this.#clock.setTimer(expiresAtMs - this.#clock.now(), () => onExpired(identity)));
  }

  /** Ends the waiting for expiries. */
  close(): void {
    for (const cancel of this.#timers) cancel();
  }

  /** The ticket of an identity, unless it is unknown or has expired. */
  find(identity: string): TicketKey | undefined {
    const found = this.#keys.get(identity);
    return found && this.#clock.now() < found.expiresAtMs ? found : undefined;
  }
}
