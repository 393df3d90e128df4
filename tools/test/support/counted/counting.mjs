// @ts-check
// What both sides of a counted transfer have alike.
import { copyCount } from '@towline/downloader-core/spi';
import { tcp } from '@towline/transport-tcp';
import { counts, reset } from './instrument.mjs';

/** @typedef {import('@towline/downloader-core/spi').Transport} Transport */

/** @type {Record<string, Record<string, number>>} messages by direction and kind */
const messages = { sent: {}, received: {} };

let copiedBefore = 0;

// A test that was given up leaves nothing behind.
process.once('disconnect', () => process.exit());

/** Everything that was done up to now does not count. */
export function begin() {
  reset();
  messages['sent'] = {};
  messages['received'] = {};
  copiedBefore = copyCount.bytesCopied;
}

/** What was done since. `countedBytes` is what the module counted through which bodies are copied. */
export const done = () => ({ ...counts, ...messages, countedBytes: copyCount.bytesCopied - copiedBefore });

/** @typedef {Omit<ReturnType<typeof done>, 'sent' | 'received'> & { sent: Record<string, number>, received: Record<string, number> }} Done */

/**
 * A transport whose messages are counted.
 * @param {import('@towline/transport-tcp').TcpOptions} options
 * @returns {Promise<Transport>}
 */
export async function countedTcp(options) {
  const transport = await tcp(options);
  return new Proxy(transport, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (/** @type {any[]} */ ...args) => Reflect.apply(value, target, seen(name, args));
    },
  });
}

/**
 * @param {string | symbol} name of the method
 * @param {any[]} args
 * @returns {any[]}
 */
function seen(name, args) {
  if (name === 'send') count('sent', args[1].header);
  if (name !== 'onMessage') return args;
  const [listener] = args;
  return [
    (/** @type {any} */ message, /** @type {any} */ link) => {
      count('received', message.header);
      listener(message, link);
    },
  ];
}

/**
 * @param {'sent' | 'received'} direction
 * @param {Uint8Array} header MessagePack, with an entry `kind` of at most 31 letters
 */
function count(direction, header) {
  const text = Buffer.from(header.buffer, header.byteOffset, header.byteLength).toString('latin1');
  const kind = /\u{a4}kind[\u{a0}-\u{bf}]([a-z]+)/u.exec(text)?.[1] ?? 'unknown';
  const ofDirection = messages[direction] ?? {};
  ofDirection[kind] = (ofDirection[kind] ?? 0) + 1;
}

/** Tells the test something. @param {Record<string, unknown>} message */
export const say = (message) => void process.send?.(message);

/** What the test says next. @returns {Promise<Record<string, any>>} */
export const told = () =>
  new Promise((resolve) => process.once('message', (message) => resolve(/** @type {any} */ (message))));
