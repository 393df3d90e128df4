import { abortReason, type Clock, type DownloadError, type PeerLink } from '@towline/downloader-core/spi';
import type { Connection } from './connection.ts';
import { mostAheadBytes, prefixBytes } from './frame.ts';
import type { Preface } from './greeting.ts';
import type { Outgoing } from './outgoing.ts';

/** Hints come with refs, from anybody: how many addresses of one peer are kept. */
const maxAddresses = 32;
const firstBackoffMs = 100;
const longestBackoffMs = 5000;

/** How long to wait before the next dial after so many failures in a row. */
export function dialBackoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(firstBackoffMs * 2 ** (failures - 1), longestBackoffMs);
}

/** An admitted connection. */
export interface Link {
  readonly peerLink: PeerLink;
  readonly instanceId: string;
  readonly connection: Connection;
  readonly sinceMs: number;
}

/** A peer that dialled us and has said who it is. */
export interface Newcomer {
  readonly connection: Connection;
  readonly preface: Preface;
  /** Ends the deadline of its handshake. */
  readonly admitted: () => void;
}

/** A dial under way. */
export interface Dial {
  readonly controller: AbortController;
  /** False while it waits out the back-off. */
  isConnecting: boolean;
}

/** Everything about one peer: its link, or what stands in for one. */
export class Peer {
  readonly peerId: string;
  link: Link | undefined;
  dial: Dial | undefined;
  /** A connection that waits for the end of our own dial. */
  held: Newcomer | undefined;
  /** Why we do not dial this peer any more. */
  barredBy: DownloadError | undefined;
  readonly #addresses = new Set<string>();
  readonly #waiting: Outgoing[] = [];
  readonly #clock: Clock;
  #failures = 0;
  #notBeforeMs = -Infinity;

  constructor(peerId: string, clock: Clock) {
    this.peerId = peerId;
    this.#clock = clock;
  }

  /** Nothing is known of this peer that would be missed. */
  get isForgettable(): boolean {
    const isQuiet = !this.link && !this.dial && !this.held && !this.barredBy && this.#waiting.length === 0;
    return isQuiet && this.#addresses.size === 0;
  }

  get addresses(): readonly string[] {
    return [...this.#addresses];
  }

  /** Remembers where the peer may be dialled; of too many the oldest are forgotten. */
  addAddresses(addresses: readonly string[]): void {
    for (const address of addresses) this.#addresses.add(address);
    for (const oldest of this.#addresses) {
      if (this.#addresses.size <= maxAddresses) break;
      this.#addresses.delete(oldest);
    }
  }

  /** Sends by the link, or keeps the message until there is one. Order is that of the calls in either case. */
  send(outgoing: Outgoing): void {
    if (this.link) this.link.connection.send(outgoing);
    else this.#waiting.push(outgoing);
  }

  /** The first of what waits for a link that may be sent ahead of it, behind the preface of a dial. */
  get ahead(): ReadonlySet<Outgoing> {
    const ahead = new Set<Outgoing>();
    let room = mostAheadBytes;
    for (const outgoing of this.#waiting) {
      room -= prefixBytes + outgoing.bytes;
      if (room < 0) break;
      ahead.add(outgoing);
    }
    return ahead;
  }

  /** Makes a connection the peer's link, on which `sent` was sent ahead. Returns the one before, which the caller ends. */
  attach(link: Link, sent: ReadonlySet<Outgoing>): Link | undefined {
    const before = this.link;
    this.link = link;
    this.barredBy = undefined;
    this.dial?.controller.abort();
    this.dial = undefined;
    for (const outgoing of this.#waiting.splice(0)) {
      if (sent.has(outgoing)) outgoing.resolve();
      else link.connection.send(outgoing);
    }
    return before;
  }

  /** A link is over; when it was still this peer's, the next dial backs off. */
  detach(link: Link): void {
    if (this.link !== link) return;
    this.link = undefined;
    const hasLasted = this.#clock.now() - link.sinceMs >= longestBackoffMs;
    if (hasLasted) this.#failures = 0;
    this.noteFailure();
  }

  /** Rejects what waits for a link. */
  rejectWaiting(cause: Error): void {
    for (const outgoing of this.#waiting.splice(0)) outgoing.reject(cause);
  }

  /** A dial failed: the next one waits longer. */
  noteFailure(): void {
    this.#failures += 1;
    this.#notBeforeMs = this.#clock.now() + dialBackoffMs(this.#failures);
  }

  /** Waits out the back-off. Rejects when the signal aborts. */
  backOff(signal: AbortSignal): Promise<void> {
    const waitMs = this.#notBeforeMs - this.#clock.now();
    if (waitMs <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(abortReason(signal));
      };
      const cancel = this.#clock.setTimer(waitMs, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
