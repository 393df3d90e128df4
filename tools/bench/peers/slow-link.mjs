// @ts-check
// A link of its own between two processes: each way it lets `bytesPerSecond` through, `roundTripMs / 2` later, and no more than
// `windowBytes` unacknowledged, as TCP does: what was delivered counts until its acknowledgement would have come back.
import { connect, createServer } from 'node:net';
import { say, settings } from './report.mjs';

const { port, roundTripMs, bytesPerSecond, windowBytes } = settings();
const delayMs = roundTripMs / 2;

const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
  const far = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  carry(near, far);
  carry(far, near);
});
server.listen(0, '127.0.0.1', () => say({ event: 'ready', port: /** @type {any} */ (server.address()).port }));

/**
 * @typedef {import('node:net').Socket} Socket
 * @param {Socket} from
 * @param {Socket} to
 */
function carry(from, to) {
  /** @type {{ bytes: Buffer | undefined, dueMs: number }[]} */
  const underway = [];
  let unacknowledged = 0;
  let wireFreeMs = 0;

  from.on('data', (bytes) => {
    unacknowledged += bytes.byteLength;
    if (unacknowledged >= windowBytes) from.pause();
    wireFreeMs = Math.max(wireFreeMs, performance.now()) + (bytes.byteLength / bytesPerSecond) * 1000;
    put(bytes, wireFreeMs + delayMs);
  });
  from.on('end', () => put(undefined, Math.max(wireFreeMs, performance.now()) + delayMs));
  from.on('error', () => to.destroy());
  from.on('close', () => from.errored && to.destroy());

  /** @param {Buffer | undefined} bytes @param {number} dueMs */
  function put(bytes, dueMs) {
    underway.push({ bytes, dueMs });
    if (underway.length === 1) wait(dueMs);
  }

  /** @param {number} dueMs */
  function wait(dueMs) {
    setTimeout(deliver, Math.max(dueMs - performance.now(), 0));
  }

  function deliver() {
    const nowMs = performance.now();
    for (let [next] = underway; next && next.dueMs <= nowMs; [next] = underway) {
      underway.shift();
      if (next.bytes) hand(next.bytes);
      else to.end();
    }
    const [next] = underway;
    if (next) wait(next.dueMs);
  }

  /** @param {Buffer} bytes */
  function hand(bytes) {
    // A reader that does not take it holds up its acknowledgement.
    to.write(bytes, () => setTimeout(acknowledge, delayMs, bytes.byteLength));
  }

  /** @param {number} bytes */
  function acknowledge(bytes) {
    unacknowledged -= bytes;
    if (unacknowledged < windowBytes) from.resume();
  }
}
