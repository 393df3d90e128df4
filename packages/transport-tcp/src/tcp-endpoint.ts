import type { Socket } from 'node:net';
import {
  abortReason,
  DownloadError,
  type IncomingMessage,
  isDownloadError,
  type OutgoingMessage,
  type PeerLink,
  type Transport,
  type TransportCapabilities,
} from '@towline/downloader-core/spi';
import { dialableAddresses, isAddress } from './address.ts';
import { BodyPool } from './body-pool.ts';
import { Connection, type ConnectionOptions, type SecuredSocket } from './connection.ts';
import { Dialer } from './dialer.ts';
import { FrameReader } from './frame-reader.ts';
import { greet } from './greet.ts';
import { goodbyeFor } from './greeting.ts';
import { Listener } from './listener.ts';
import type { TcpSettings } from './options.ts';
import { Registry } from './registry.ts';
import type { PeerProof } from './security.ts';
import { maxTlsWriteBytes } from './tls13.ts';

type MessageListener = (message: IncomingMessage, from: PeerLink) => void;
type LostListener = (link: PeerLink, cause?: Error) => void;

/**
 * Sockets, one connection for both directions with each peer, dialled when something is sent to it.
 *
 * A message that is being written when its signal aborts is written to its end, since half of one cannot be taken back;
 * if the peer takes longer than `lingerMs` for it, the link ends. `close` waits as long for peers that do not read.
 */
export interface TcpTransport extends Transport {
  /** Ends the links that a PSK identity opened; `keys` must not return it any more. */
  revoke(pskIdentity: string): void;
}

/** The transport itself: wires listener, dialer and registry. */
export class TcpEndpoint implements TcpTransport {
  readonly endpointId: string;
  readonly instanceId: string;
  readonly capabilities: TransportCapabilities;
  addresses?: readonly string[];
  readonly #settings: TcpSettings;
  readonly #pool: BodyPool = new BodyPool();
  readonly #connectionOptions: ConnectionOptions;
  readonly #registry: Registry;
  readonly #dialer: Dialer;
  readonly #messageListeners = new Set<MessageListener>();
  readonly #lostListeners = new Set<LostListener>();
  /** Every connection whose socket is not closed yet. */
  readonly #connections = new Set<Connection>();
  #listener: Listener | undefined;

  constructor(settings: TcpSettings) {
    const { endpointId, instanceId, security, limits, clock } = settings;
    const identity = { endpointId, instanceId };
    this.endpointId = endpointId;
    this.instanceId = instanceId;
    this.#settings = settings;
    this.capabilities = {
      maxMessageBytes: limits.maxMessageBytes,
      encrypted: security.encrypted,
      identity: security.identity,
    };
    const maxWriteBytes = security.encrypted ? maxTlsWriteBytes : Infinity;
    this.#connectionOptions = { ...limits, clock, pool: this.#pool, identity, maxWriteBytes };
    this.#dialer = this.#createDialer();
    this.#registry = new Registry({
      identity,
      clock,
      dial: (peerId, addresses, signal) => this.#dialer.dial(peerId, addresses, signal),
      onMessage: (message, from) => tell(this.#messageListeners, message, from),
      onPeerLost: (link, cause) => tell(this.#lostListeners, link, cause),
    });
  }

  /** Starts to listen, where the options say so. Throws `unreachable`. */
  async open(): Promise<void> {
    const { listen, advertise, security, clock, limits } = this.#settings;
    if (!listen || !security.accept) return;
    this.#listener = new Listener({
      address: listen,
      clock,
      limits,
      accept: security.accept,
      onSecured: (socket, proof, admitted) => this.#welcome(socket, proof, admitted),
    });
    const bound = await this.#listener.open();
    this.addresses = advertise ?? dialableAddresses(bound);
  }

  send(peerId: string, message: OutgoingMessage, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    const problem = this.#problemWith(peerId, message);
    return problem ? Promise.reject(problem) : this.#registry.send(peerId, message, signal);
  }

  onMessage(listener: MessageListener): () => void {
    this.#messageListeners.add(listener);
    return () => void this.#messageListeners.delete(listener);
  }

  onPeerLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => void this.#lostListeners.delete(listener);
  }

  addAddresses(peerId: string, addresses: readonly string[]): void {
    this.#registry.addAddresses(peerId, addresses.filter(isAddress));
  }

  disconnect(peerId: string, reason: string): void {
    this.#registry.disconnect(peerId, new DownloadError('protocol', reason, { peer: peerId }));
  }

  revoke(pskIdentity: string): void {
    const cause = new DownloadError('auth_failed', 'the key was revoked');
    for (const connection of this.#connections) {
      if (connection.proof.pskIdentity === pskIdentity) connection.end(cause, goodbyeFor(cause));
    }
  }

  async close(): Promise<void> {
    const stopped = this.#listener?.close();
    await this.#registry.close();
    // What is left are connections whose peers were never admitted, or have been told goodbye.
    const left = [...this.#connections];
    for (const connection of left) connection.end(undefined);
    await Promise.all(left.map(({ closed }) => closed));
    await stopped;
  }

  #problemWith(peerId: string, { header, body }: OutgoingMessage): DownloadError | undefined {
    if (peerId === this.endpointId) return new DownloadError('unreachable', 'an endpoint cannot reach itself');
    const { maxHeaderBytes, maxMessageBytes } = this.#settings.limits;
    const bytes = body.reduce((sum, segment) => sum + segment.byteLength, header.byteLength);
    if (header.byteLength <= maxHeaderBytes && bytes <= maxMessageBytes) return undefined;
    const problem = `a message of ${bytes} bytes with a header of ${header.byteLength} is above this transport's limits`;
    return new DownloadError('limit_exceeded', problem, { side: 'local' });
  }

  /** Hears who it is that dialled us. */
  #welcome(socket: Socket, established: PeerProof | DownloadError, admitted: () => void): void {
    const reader = this.#createReader();
    const refusal = isDownloadError(established) ? established : undefined;
    const proof: PeerProof = isDownloadError(established) ? { strength: 'claimed' } : established;
    const connection = new Connection({ socket, reader, proof }, this.#connectionOptions, {
      onPreface: (preface) => this.#registry.admitDialling({ connection, preface, admitted }),
      onMessage: (message) => this.#registry.received(connection, message),
      onEnd: (cause) => this.#registry.ended(connection, cause),
    });
    this.#remember(connection);
    socket.on('data', (chunk: Uint8Array) => reader.push(chunk));
    if (refusal) connection.end(refusal, goodbyeFor(refusal));
  }

  #remember(connection: Connection): void {
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }

  #createDialer(): Dialer {
    const { clock, limits, security } = this.#settings;
    return new Dialer({
      clock,
      timeoutMs: limits.handshakeTimeoutMs,
      dial: security.dial ?? cannotDial,
      createReader: () => this.#createReader(),
      greet: (secured, peerId, signal) => this.#greet(secured, peerId, signal),
    });
  }

  #greet(secured: SecuredSocket, peerId: string, signal: AbortSignal): Promise<void> {
    const ahead = this.#registry.aheadFor(peerId);
    return greet(secured, {
      peerId,
      ahead,
      connection: this.#connectionOptions,
      onBegin: (connection) => this.#remember(connection),
      timeoutMs: this.#settings.limits.handshakeTimeoutMs,
      signal,
      admit: (connection, preface) => this.#registry.admitDialled(peerId, { connection, preface, ahead }),
      onMessage: (connection, message) => this.#registry.received(connection, message),
      onEnd: (connection, cause) => this.#registry.ended(connection, cause),
    });
  }

  #createReader(): FrameReader {
    return new FrameReader(this.#settings.limits, (bytes) => this.#pool.take(bytes));
  }
}

function cannotDial(): never {
  throw new DownloadError('unreachable', 'the side that has the keys does not dial');
}

/** Calls each listener. The error of one stops neither the others nor the reading: it surfaces as an uncaught one. */
function tell<A extends readonly unknown[]>(listeners: Iterable<(...args: A) => void>, ...args: A): void {
  for (const listener of listeners) {
    try {
      listener(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
