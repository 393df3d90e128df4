// @ts-check
// One WebSocket as a link: greetings, then messages in the order of their calls, then an end that is told once.
import { abortReason, DownloadError, onAbort } from '@towline/downloader-core/spi';
import { closeCodes, decodeGreeting, decodeMessage, encodeGreeting, encodeMessage } from './wire.mjs';

/** How long a peer may take to greet, in milliseconds. */
const greetingTimeoutMs = 5000;
/** How long it may take to read what was sent before an end, in milliseconds. */
const lingerMs = 5000;

/** @typedef {import('./wire.mjs').Greeting} Greeting */
/** @typedef {import('@towline/downloader-core/spi').IncomingMessage} IncomingMessage */
/** @typedef {import('@towline/downloader-core/spi').OutgoingMessage} OutgoingMessage */
/** @typedef {import('@towline/downloader-core/spi').PeerLink} PeerLink */

/**
 * What the WebSocket of a browser and that of `ws` have in common; `terminate` is the latter's.
 * @typedef {Pick<WebSocket, 'addEventListener' | 'binaryType' | 'bufferedAmount' | 'close' | 'readyState'> & {
 *   send(data: string | Uint8Array<ArrayBuffer>, taken?: () => void): void, terminate?(): void }} Socket
 */

/**
 * @typedef {object} LinkOwner
 * @property {(socket: Socket, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write sends, and resolves when there is room for more
 * @property {(greeting: Greeting) => void} onGreeting the peer has said who it is: `open` the link, or `end` it
 * @property {(message: IncomingMessage, from: PeerLink) => void} onMessage
 * @property {(cause: DownloadError | undefined) => void} onEnd called once
 */

/** @typedef {{ message: OutgoingMessage, settled: Promise<void>, settle: (failure?: { reason: unknown }) => void }} Unsent */

export class SocketLink {
  /** Resolves when the socket is closed. */
  closed;
  /** Who the peer is; known when the link is open. @type {PeerLink | undefined} */
  peer;
  /** @type {string | undefined} */
  instanceId;
  #socket;
  #owner;
  /** @type {'greeting' | 'open' | 'over'} */
  #state = 'greeting';
  /** In the order of the calls; the first one is being written when the link is open. @type {Set<Unsent>} */
  #unsent = new Set();
  #isWriting = false;
  #timer;

  /**
   * @param {Socket} socket
   * @param {LinkOwner} owner
   */
  constructor(socket, owner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#timer = setTimeout(() => this.end(this.#failure('the peer did not greet')), greetingTimeoutMs);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => this.#read(data));
    // The event `close` follows, and says more.
    socket.addEventListener('error', () => {});
    this.closed = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      socket.addEventListener('close', ({ code }) => {
        this.end(this.#causeOf(code));
        clearTimeout(this.#timer);
        resolve();
      });
    });
  }

  /** @param {Greeting} own */
  greet(own) {
    this.#socket.send(encodeGreeting(own));
  }

  /**
   * Both sides have greeted.
   * @param {PeerLink} peer
   * @param {string} instanceId which life of the peer this is
   */
  open(peer, instanceId) {
    this.peer = peer;
    this.instanceId = instanceId;
    this.#state = 'open';
    clearTimeout(this.#timer);
    void this.#writeAll();
  }

  /**
   * Waits for its turn, with or without a signal, and then for room. Rejects when the link ends before.
   * @param {OutgoingMessage} message
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>}
   */
  send(message, signal) {
    if (this.#state === 'over') return Promise.reject(new DownloadError('link_lost', 'the link is over'));
    const unsent = this.#queue(message);
    const unfollow = signal && onAbort(signal, () => unsent.settle({ reason: abortReason(signal) }));
    void this.#writeAll();
    return unsent.settled.finally(unfollow);
  }

  /** Ends when all that was sent is written, as far as the peer takes it. */
  async finish() {
    const late = setTimeout(() => this.end(undefined), lingerMs);
    await Promise.allSettled(Array.from(this.#unsent, ({ settled }) => settled));
    clearTimeout(late);
    this.end(undefined);
    await this.closed;
  }

  /**
   * Ends at once; no cause: in good order. What the socket has taken is still sent.
   * @param {DownloadError | undefined} cause
   * @param {number} [closeCode] tells the peer why
   */
  end(cause, closeCode = closeCodes.done) {
    if (this.#state === 'over') return;
    const reason = cause ?? this.#failure('the link was closed');
    this.#state = 'over';
    for (const { settle } of this.#unsent) settle({ reason });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.terminate?.(), lingerMs);
    this.#socket.close(closeCode);
    this.#owner.onEnd(cause);
  }

  /** The peer does not keep to the protocol. @param {string} reason */
  refuse(reason) {
    this.end(this.#failure(reason), closeCodes.protocol);
  }

  /** @param {OutgoingMessage} message */
  #queue(message) {
    /** @type {Unsent['settle']} */
    let settle = () => {};
    const settled = new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
      settle = (failure) => {
        this.#unsent.delete(unsent);
        if (failure) reject(failure.reason);
        else resolve();
      };
    });
    const unsent = { message, settled, settle };
    this.#unsent.add(unsent);
    return unsent;
  }

  async #writeAll() {
    if (this.#state !== 'open' || this.#isWriting) return;
    this.#isWriting = true;
    for (const { message, settle } of this.#unsent) {
      await this.#owner.write(this.#socket, encodeMessage(message));
      settle();
    }
    this.#isWriting = false;
  }

  /** @param {unknown} data */
  #read(data) {
    if (this.#state === 'greeting') this.#readGreeting(data);
    else if (this.#state === 'open') this.#readMessage(data);
  }

  /** @param {unknown} data */
  #readGreeting(data) {
    const greeting = typeof data === 'string' ? decodeGreeting(data) : undefined;
    if (greeting === undefined) this.refuse('the peer sent no greeting');
    else if (greeting === 'version') this.end(otherVersion(), closeCodes.version);
    else this.#owner.onGreeting(greeting);
  }

  /** @param {unknown} data */
  #readMessage(data) {
    const message = data instanceof ArrayBuffer ? decodeMessage(data) : undefined;
    if (message === undefined || this.peer === undefined) this.refuse('the peer sent what is no message');
    else this.#owner.onMessage(message, this.peer);
  }

  /** @param {number} closeCode */
  #causeOf(closeCode) {
    if (closeCode === closeCodes.done && this.#state === 'open') return undefined;
    if (closeCode === closeCodes.version) return otherVersion();
    if (closeCode === closeCodes.replaced) return new DownloadError('replaced', 'a newer process has this name');
    return this.#failure(`the socket was closed (${closeCode})`);
  }

  /** @param {string} reason */
  #failure(reason) {
    return new DownloadError(this.#state === 'greeting' ? 'unreachable' : 'link_lost', reason);
  }
}

function otherVersion() {
  return new DownloadError('version', 'the peer speaks another version of this transport');
}
