import {
  asDownloadError,
  type Clock,
  DownloadError,
  type IncomingMessage,
  type OutgoingMessage,
  type PeerLink,
} from '@towline/downloader-core/spi';
import type { Instance } from './admission.ts';
import type { Connection } from './connection.ts';
import { Door } from './door.ts';
import { type Goodbye, goodbyeFor, type Preface } from './greeting.ts';
import { Outgoing } from './outgoing.ts';
import { type Dial, type Link, type Newcomer, Peer } from './peer.ts';

export interface RegistryOptions {
  readonly identity: Instance;
  readonly clock: Clock;
  /** Reaches a peer; resolves after it was handed to `admitDialled`. */
  readonly dial: (peerId: string, addresses: readonly string[], signal: AbortSignal) => Promise<void>;
  readonly onMessage: (message: IncomingMessage, from: PeerLink) => void;
  readonly onPeerLost: (link: PeerLink, cause: DownloadError | undefined) => void;
}

/** A connection whose peer has said who it is, and what was sent on it before. */
interface Dialled {
  readonly connection: Connection;
  readonly preface: Preface;
  readonly ahead: ReadonlySet<Outgoing>;
}

/** Who is linked to us: at most one connection for each name. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #door: Door;
  readonly #peers = new Map<string, Peer>();
  readonly #links = new Map<Connection, Link>();
  #lastLinkNumber = 0;
  #closedBy: DownloadError | undefined;

  constructor(options: RegistryOptions) {
    const { identity, clock } = options;
    this.#options = options;
    this.#door = new Door({
      identity,
      clock,
      peerOf: (peerId) => this.#peer(peerId),
      closedBy: () => this.#closedBy,
      attach: (peer, { connection, preface }) => this.#attach(peer, { connection, preface, ahead: new Set() }),
    });
  }

  send(peerId: string, message: OutgoingMessage, signal: AbortSignal | undefined): Promise<void> {
    const refusal = this.#closedBy ?? this.#peers.get(peerId)?.barredBy;
    if (refusal) return Promise.reject(refusal);
    const peer = this.#peer(peerId);
    const outgoing = new Outgoing(message, signal);
    peer.send(outgoing);
    if (!peer.link && !peer.dial) void this.#dial(peer);
    return outgoing.done;
  }

  addAddresses(peerId: string, addresses: readonly string[]): void {
    if (addresses.length > 0) this.#peer(peerId).addAddresses(addresses);
  }

  /** A peer that dialled us has said who it is. */
  admitDialling(newcomer: Newcomer): void {
    this.#door.knock(newcomer);
  }

  /** What waits for a link with a peer and may be sent ahead of it. */
  aheadFor(peerId: string): ReadonlySet<Outgoing> {
    return this.#peer(peerId).ahead;
  }

  /** A peer that we dialled has said who it is. Returns why it is not the one that we wanted. */
  admitDialled(peerId: string, dialled: Dialled): DownloadError | undefined {
    if (this.#closedBy) return this.#closedBy;
    if (dialled.preface.endpointId !== peerId) {
      return new DownloadError('unreachable', 'another endpoint answers at the address', { peer: peerId });
    }
    const peer = this.#peer(peerId);
    const { held } = peer;
    peer.held = undefined;
    this.#attach(peer, dialled);
    // Of two simultaneous dials ours stays; the peer has given the other up already, or hears it now.
    held?.connection.end(undefined, goodbyeFor(undefined));
    return undefined;
  }

  received(connection: Connection, message: IncomingMessage): void {
    const link = this.#links.get(connection);
    if (link) this.#options.onMessage(message, link.peerLink);
  }

  /** A connection is over, admitted or not. */
  ended(connection: Connection, cause: DownloadError | undefined): void {
    for (const peer of this.#peers.values()) if (peer.held?.connection === connection) peer.held = undefined;
    const link = this.#links.get(connection);
    if (!link) return;
    this.#links.delete(connection);
    const peer = this.#peer(link.peerLink.peerId);
    peer.detach(link);
    // Another process has our name there now: coming back would only throw that one out.
    if (cause?.code === 'replaced') peer.barredBy = cause;
    this.#forgetIfIdle(peer);
    this.#options.onPeerLost(link.peerLink, cause);
  }

  /** Ends the link with a peer, if there is one. */
  disconnect(peerId: string, cause: DownloadError): void {
    this.#peers.get(peerId)?.link?.connection.end(cause, goodbyeFor(cause));
  }

  /** Refuses everything from now on, and ends every link after what was sent has been written. */
  async close(): Promise<void> {
    const closed = new DownloadError('link_lost', 'this transport is closed', { side: 'local', retryable: false });
    this.#closedBy = closed;
    for (const peer of this.#peers.values()) {
      peer.dial?.controller.abort();
      peer.rejectWaiting(closed);
    }
    await Promise.all([...this.#links.keys()].map((connection) => connection.finish()));
  }

  #attach(peer: Peer, { connection, preface, ahead }: Dialled): void {
    this.#lastLinkNumber += 1;
    const { strength, transactionId } = connection.proof;
    const base = { peerId: peer.peerId, linkId: `tcp-${this.#lastLinkNumber}`, strength };
    const peerLink: PeerLink = transactionId === undefined ? base : { ...base, transactionId };
    const link: Link = { peerLink, instanceId: preface.instanceId, connection, sinceMs: this.#options.clock.now() };
    this.#links.set(connection, link);
    const before = peer.attach(link, ahead);
    before?.connection.end(
      new DownloadError('link_lost', 'a newer connection of the peer took its place', { peer: peer.peerId }),
      farewellTo(before, link),
    );
  }

  async #dial(peer: Peer): Promise<void> {
    const dial: Dial = { controller: new AbortController(), isConnecting: false };
    const { signal } = dial.controller;
    peer.dial = dial;
    try {
      await peer.backOff(signal);
      dial.isConnecting = true;
      await this.#options.dial(peer.peerId, peer.addresses, signal);
    } catch (failure) {
      // Given up: the peer's own dial was faster, or this transport closes.
      if (!signal.aborted) this.#dialFailed(peer, asDownloadError(failure, 'unreachable', { peer: peer.peerId }));
    }
  }

  #dialFailed(peer: Peer, cause: DownloadError): void {
    peer.dial = undefined;
    peer.noteFailure();
    const { held } = peer;
    peer.held = undefined;
    if (held) return this.#door.admit(peer, held);
    peer.rejectWaiting(cause);
    this.#forgetIfIdle(peer);
  }

  #peer(peerId: string): Peer {
    const known = this.#peers.get(peerId);
    if (known) return known;
    const peer = new Peer(peerId, this.#options.clock);
    this.#peers.set(peerId, peer);
    return peer;
  }

  #forgetIfIdle(peer: Peer): void {
    if (peer.isForgettable) this.#peers.delete(peer.peerId);
  }
}

/** What the link before is told: an older instance must not come back (rule W6), the same one has just done so. */
function farewellTo(before: Link, link: Link): Goodbye {
  if (before.instanceId === link.instanceId) return goodbyeFor(undefined);
  return { code: 'replaced', reason: 'a newer instance of this name is linked' };
}
