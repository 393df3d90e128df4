import {
  DownloadError,
  type IdentityStrength,
  type IncomingMessage,
  type OutgoingMessage,
  type PeerLink,
  type Transport,
  type TransportCapabilities,
} from '@towline/downloader-core/spi';
import { type LinkEnd, linkLost, type MemoryLink } from './memory-link.ts';
import { bodyBytesOf, detachBody } from './message-copies.ts';

type MessageListener = (message: IncomingMessage, from: PeerLink) => void;
type LostListener = (link: PeerLink, cause?: Error) => void;

/** How an endpoint presents itself; made by `MemoryNetwork.endpoint`. */
export interface MemoryEndpointOptions {
  readonly endpointId: string;
  readonly instanceId: string;
  readonly strength: IdentityStrength;
  readonly transactionId: string | undefined;
  readonly capabilities: TransportCapabilities;
  readonly addresses: readonly string[] | undefined;
  /** Carries a message by the link to a peer, made when there is none. */
  readonly carry: (from: MemoryEndpoint, to: string, message: OutgoingMessage, signal?: AbortSignal) => Promise<void>;
  /** Called when the endpoint has closed. */
  readonly onClosed: (endpoint: MemoryEndpoint) => void;
}

/**
 * One endpoint of a `MemoryNetwork`. A `send` resolves when the peer's listener has returned, so a peer that is
 * {@link pause}d holds its senders back. Sends reject `limit_exceeded` above the limit of either end.
 */
export interface MemoryTransport extends Transport {
  /** Stops reading: what peers send waits with them. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/** The endpoint itself, with what its links and its network call. */
export class MemoryEndpoint implements MemoryTransport, LinkEnd {
  readonly endpointId: string;
  readonly instanceId: string;
  readonly capabilities: TransportCapabilities;
  readonly addresses?: readonly string[];
  /** How sure peers are of this endpoint's identity. */
  readonly strength: IdentityStrength;
  /** The transaction that this endpoint may reach, as its peers see it. */
  readonly transactionId: string | undefined;
  readonly #options: MemoryEndpointOptions;
  readonly #messageListeners = new Set<MessageListener>();
  readonly #lostListeners = new Set<LostListener>();
  readonly #links = new Map<string, MemoryLink>();
  #endedBy: Error | undefined;
  #isPaused = false;

  constructor(options: MemoryEndpointOptions) {
    this.#options = options;
    this.endpointId = options.endpointId;
    this.instanceId = options.instanceId;
    this.strength = options.strength;
    this.transactionId = options.transactionId;
    this.capabilities = options.capabilities;
    if (options.addresses) this.addresses = options.addresses;
  }

  async send(peerId: string, message: OutgoingMessage, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#endedBy) throw this.#endedBy;
    this.checkSize(message);
    const carried = this.capabilities.detachesBodies ? detachBody(message) : message;
    await this.#options.carry(this, peerId, carried, options.signal);
  }

  onMessage(listener: MessageListener): () => void {
    this.#messageListeners.add(listener);
    return () => void this.#messageListeners.delete(listener);
  }

  onPeerLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => void this.#lostListeners.delete(listener);
  }

  disconnect(peerId: string, reason: string): void {
    const cause = (end: LinkEnd): Error =>
      end === this
        ? new DownloadError('protocol', reason, { peer: peerId, side: 'remote' })
        : new DownloadError('protocol', `disconnected by the peer: ${reason}`, {
            peer: this.endpointId,
            side: 'local',
          });
    this.#links.get(peerId)?.end(cause);
  }

  async close(): Promise<void> {
    // Never inside a listener's call, and behind whatever was sent in this turn.
    await Promise.resolve();
    if (this.#endedBy) return;
    for (const link of this.#links.values()) link.flush(this);
    this.endWith(new DownloadError('link_lost', 'this transport is closed', { side: 'local', retryable: false }));
    this.#options.onClosed(this);
    await Promise.resolve();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const link of this.#links.values()) link.resume();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Throws `limit_exceeded` when a message is larger than this end carries. */
  checkSize(message: OutgoingMessage): void {
    const messageBytes = message.header.byteLength + bodyBytesOf(message);
    const { maxMessageBytes } = this.capabilities;
    if (messageBytes <= maxMessageBytes) return;
    const problem = `a message of ${messageBytes} bytes is above the limit of ${maxMessageBytes} of ${this.endpointId}`;
    throw new DownloadError('limit_exceeded', problem, { side: 'local' });
  }

  /** Ends every link and refuses every later send with `reason`; links end for this side with `cause`. */
  endWith(reason: Error, cause?: Error): void {
    this.#endedBy = reason;
    const lost = linkLost(this.endpointId, 'the peer is gone');
    for (const link of this.#links.values()) link.end((end) => (end === this ? cause : cause && lost));
  }

  linkTo(peerId: string): MemoryLink | undefined {
    return this.#links.get(peerId);
  }

  addLink(peerId: string, link: MemoryLink): void {
    this.#links.set(peerId, link);
  }

  forgetLink(peerId: string): void {
    this.#links.delete(peerId);
  }

  receive(message: IncomingMessage, from: PeerLink): void {
    for (const listener of this.#messageListeners) listener(message, from);
  }

  notifyLost(link: PeerLink, cause: Error | undefined): void {
    for (const listener of this.#lostListeners) listener(link, cause);
  }

  /** Messages on their way to or from this endpoint. */
  get inFlight(): number {
    return [...this.#links.values()].reduce((sum, link) => sum + link.size, 0);
  }
}
