// @ts-check
// The end that dials: a web page, or a process that has a WebSocket like that of a page.
import { DownloadError } from '@towline/downloader-core/spi';
import { SocketTransport } from './socket-transport.mjs';

/** A browser says only how much it has not sent yet; we look again until it is less than this. */
const roomBytes = 1024 * 1024;
const lookAgainMs = 5;
/** `WebSocket.OPEN`, whichever class that is. */
const openState = 1;

/** @typedef {import('./link.mjs').Socket} Socket */

/**
 * @typedef {object} DiallerOptions
 * @property {string} endpointId who we are to owners; 1 to 128 bytes of UTF-8
 * @property {boolean} [encrypted] only addresses with `wss:` are dialled. Default false
 * @property {new (url: string) => Socket} [WebSocket] default: that of the page
 */

/**
 * Dials the address that a ref tells (`ws://…`), once something is sent to its owner.
 * @param {DiallerOptions} options
 */
export function webSocketDialler(options) {
  return new Dialler(options);
}

class Dialler extends SocketTransport {
  #WebSocket;
  #protocols;
  /** Of each peer the one that was told last. @type {Map<string, string>} */
  #addresses = new Map();

  /** @param {DiallerOptions} options */
  constructor({ endpointId, encrypted = false, WebSocket = globalThis.WebSocket }) {
    super({ endpointId, encrypted }, write);
    this.#WebSocket = WebSocket;
    this.#protocols = encrypted ? ['wss:'] : ['ws:', 'wss:'];
  }

  /**
   * @param {string} peerId
   * @param {readonly string[]} addresses
   */
  addAddresses(peerId, addresses) {
    const usable = addresses.filter((address) => this.#protocols.includes(protocolOf(address))).at(-1);
    if (usable !== undefined) this.#addresses.set(peerId, usable);
  }

  /**
   * @override
   * @param {string} peerId
   */
  dial(peerId) {
    const address = this.#addresses.get(peerId);
    if (address === undefined) throw new DownloadError('unreachable', `no address of ${peerId} is known`);
    try {
      return new this.#WebSocket(address);
    } catch (cause) {
      throw new DownloadError('unreachable', `${address} cannot be dialled`, { cause });
    }
  }
}

/** @param {string} address */
const protocolOf = (address) => (URL.canParse(address) ? new URL(address).protocol : '');

/** @type {import('./link.mjs').LinkOwner['write']} */
function write(socket, bytes) {
  socket.send(bytes);
  return new Promise((resolve) => {
    const look = () => {
      if (socket.bufferedAmount <= roomBytes || socket.readyState !== openState) resolve();
      else setTimeout(look, lookAgainMs);
    };
    look();
  });
}
