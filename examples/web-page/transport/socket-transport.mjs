// @ts-check
// What both ends have in common: one link for each peer, and who listens to them.
import { DownloadError } from '@towline/downloader-core/spi';
import { SocketLink } from './link.mjs';
import { closeCodes, maxMessageBytes, sizeOf } from './wire.mjs';

/** @typedef {import('@towline/downloader-core/spi').IncomingMessage} IncomingMessage */
/** @typedef {import('@towline/downloader-core/spi').OutgoingMessage} OutgoingMessage */
/** @typedef {import('@towline/downloader-core/spi').PeerLink} PeerLink */
/** @typedef {import('@towline/downloader-core/spi').Transport} Transport */
/** @typedef {import('./link.mjs').Socket} Socket */
/** @typedef {import('./wire.mjs').Greeting} Greeting */

/**
 * @abstract
 * @implements {Transport}
 */
export class SocketTransport {
  endpointId;
  instanceId = crypto.randomUUID();
  capabilities;
  #write;
  /** By the name of the peer; also those that are being dialled. @type {Map<string, SocketLink>} */
  #links = new Map();
  /** All whose socket is not closed yet. @type {Set<SocketLink>} */
  #sockets = new Set();
  /** @type {Set<(message: IncomingMessage, from: PeerLink) => void>} */
  #messageListeners = new Set();
  /** @type {Set<(link: PeerLink, cause?: Error) => void>} */
  #lostListeners = new Set();
  /** @type {Promise<void> | undefined} */
  #closing;

  /**
   * @param {{ endpointId: string, encrypted: boolean }} options
   * @param {import('./link.mjs').LinkOwner['write']} write
   */
  constructor({ endpointId, encrypted }, write) {
    this.endpointId = endpointId;
    this.capabilities = { maxMessageBytes, encrypted, identity: /** @type {const} */ ('claimed') };
    this.#write = write;
  }

  /**
   * A socket to a peer that is not linked. Throws `unreachable`.
   * @param {string} peerId
   * @returns {Socket}
   */
  dial(peerId) {
    throw new DownloadError('unreachable', `${peerId} is not connected, and this end does not dial`, { peer: peerId });
  }

  /**
   * @param {string} peerId
   * @param {OutgoingMessage} message
   * @param {{ readonly signal?: AbortSignal }} [options]
   */
  async send(peerId, message, { signal } = {}) {
    signal?.throwIfAborted();
    if (this.#closing) throw new DownloadError('link_lost', 'the transport was closed', { peer: peerId });
    const bytes = sizeOf(message);
    if (bytes > maxMessageBytes) throw new DownloadError('limit_exceeded', `a message of ${bytes} bytes is too large`);
    await (this.#links.get(peerId) ?? this.#connect(peerId)).send(message, signal);
  }

  /** @param {(message: IncomingMessage, from: PeerLink) => void} listener */
  onMessage(listener) {
    this.#messageListeners.add(listener);
    return () => void this.#messageListeners.delete(listener);
  }

  /** @param {(link: PeerLink, cause?: Error) => void} listener */
  onPeerLost(listener) {
    this.#lostListeners.add(listener);
    return () => void this.#lostListeners.delete(listener);
  }

  /**
   * @param {string} peerId
   * @param {string} reason
   */
  disconnect(peerId, reason) {
    this.#links.get(peerId)?.refuse(reason);
  }

  close() {
    this.#closing ??= Promise.all(Array.from(this.#sockets, (link) => link.finish())).then(() => {});
    return this.#closing;
  }

  /**
   * Takes the socket of a peer that dialled us.
   * @param {Socket} socket
   */
  accept(socket) {
    const link = this.#link(socket, (greeting) => {
      const { endpointId } = greeting;
      if (endpointId === this.endpointId) return link.refuse('this name is ours');
      this.#replace(greeting);
      link.greet(this);
      this.#links.set(endpointId, link);
      open(link, greeting);
    });
    if (this.#closing) link.end(undefined);
  }

  /** @param {string} peerId */
  #connect(peerId) {
    const socket = this.dial(peerId);
    const link = this.#link(socket, (greeting) => {
      if (greeting.endpointId === peerId) open(link, greeting);
      else link.end(new DownloadError('unreachable', `${greeting.endpointId} answers there, not ${peerId}`));
    });
    socket.addEventListener('open', () => link.greet(this));
    this.#links.set(peerId, link);
    return link;
  }

  /**
   * @param {Socket} socket
   * @param {import('./link.mjs').LinkOwner['onGreeting']} onGreeting
   */
  #link(socket, onGreeting) {
    const link = new SocketLink(socket, {
      write: this.#write,
      onGreeting,
      onMessage: (message, from) => this.#messageListeners.forEach((listener) => listener(message, from)),
      onEnd: (cause) => this.#ended(link, cause),
    });
    this.#sockets.add(link);
    void link.closed.then(() => this.#sockets.delete(link));
    return link;
  }

  /**
   * Ends the link that a peer of this name has: the peer came back, or it is a newer process. Who merely claims its name
   * cannot keep it from others.
   * @param {Greeting} greeting
   */
  #replace({ endpointId, instanceId }) {
    const existing = this.#links.get(endpointId);
    if (existing?.instanceId === instanceId) existing.end(undefined);
    else existing?.end(new DownloadError('replaced', `a newer ${endpointId} came`), closeCodes.replaced);
  }

  /**
   * @param {SocketLink} link
   * @param {DownloadError | undefined} cause
   */
  #ended(link, cause) {
    for (const [peerId, one] of this.#links) if (one === link) this.#links.delete(peerId);
    const { peer } = link;
    if (peer) this.#lostListeners.forEach((listener) => listener(peer, cause));
  }
}

/**
 * @param {SocketLink} link
 * @param {Greeting} greeting
 */
function open(link, { endpointId, instanceId }) {
  link.open({ peerId: endpointId, linkId: crypto.randomUUID(), strength: 'claimed' }, instanceId);
}
