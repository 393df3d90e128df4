// @ts-check
// The end that waits to be dialled: a Node process, on the HTTP server that it has anyway.
import { WebSocketServer } from 'ws';
import { SocketTransport } from './socket-transport.mjs';
import { maxMessageBytes, prefixBytes } from './wire.mjs';

/** So many pings in a row may stay without any answer: one may wait behind megabytes that a slow peer has still to read. */
const mostUnanswered = 3;

/**
 * @typedef {object} ListenerOptions
 * @property {string} endpointId who we are to receivers; 1 to 128 bytes of UTF-8
 * @property {import('node:http').Server} server of the application, which closes it
 * @property {string} address where others dial us, `ws://host:port/path` or `wss:`; goes into refs. Its path is ours
 * @property {readonly string[]} origins the pages that may connect (`http://host:port`). Without this check any page that
 *   somebody opens could: browsers do not hold WebSockets to their own site
 * @property {number} [heartbeatMs] how often a silent peer is asked whether it lives. Default 20,000
 */

/**
 * Accepts pages of these origins, and programs, which say no origin or any.
 * @param {ListenerOptions} options
 */
export function webSocketListener(options) {
  return new Listener(options);
}

class Listener extends SocketTransport {
  addresses;
  #options;
  #sockets = new WebSocketServer({ noServer: true, maxPayload: prefixBytes + maxMessageBytes });

  /** @param {ListenerOptions} options */
  constructor(options) {
    super({ endpointId: options.endpointId, encrypted: options.address.startsWith('wss:') }, write);
    this.addresses = [options.address];
    this.#options = { heartbeatMs: 20_000, path: new URL(options.address).pathname, ...options };
    options.server.on('upgrade', this.#upgrade);
  }

  /** @override */
  close() {
    this.#options.server.off('upgrade', this.#upgrade);
    return super.close();
  }

  /** @type {(request: import('node:http').IncomingMessage, socket: import('node:stream').Duplex, head: Buffer) => void} */
  #upgrade = (request, socket, head) => {
    const { path, origins, heartbeatMs, server } = this.#options;
    const { origin } = request.headers;
    if (request.url !== path) {
      // Somebody else of the application may take it.
      if (server.listenerCount('upgrade') === 1) refuse(socket, '404 Not Found');
      return;
    }
    if (origin !== undefined && !origins.includes(origin)) return refuse(socket, '403 Forbidden');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      keepAlive(webSocket, heartbeatMs);
      this.accept(/** @type {import('./link.mjs').Socket} */ (/** @type {unknown} */ (webSocket)));
    });
  };
}

/**
 * @param {import('node:stream').Duplex} socket
 * @param {string} status
 */
function refuse(socket, status) {
  socket.on('error', () => {}).end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
}

/** @type {import('./link.mjs').LinkOwner['write']} */
function write(socket, bytes) {
  return new Promise((resolve) => socket.send(bytes, () => resolve()));
}

/**
 * Browsers answer pings by themselves.
 * @param {import('ws').WebSocket} socket
 * @param {number} intervalMs
 */
function keepAlive(socket, intervalMs) {
  let unanswered = 0;
  const heard = () => void (unanswered = 0);
  const timer = setInterval(() => {
    unanswered += 1;
    if (unanswered > mostUnanswered) socket.terminate();
    else socket.ping();
  }, intervalMs);
  socket.on('message', heard);
  socket.on('pong', heard);
  socket.on('close', () => clearInterval(timer));
}
