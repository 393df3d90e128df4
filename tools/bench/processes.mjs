// @ts-check
// Children of the benches: each prints JSON lines, the first when it is ready, the last with what it used.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ next: () => Promise<Record<string, any>>, ended: Promise<void>, go: () => void, leave: () => void }} Child
 *   `leave`: closes the standard input, of which the bench holds the other end; a peer ends then, with whatever it has begun.
 */

/**
 * Starts a peer of `tools/bench/peers`.
 * @param {string} script @param {Record<string, unknown>} settings @returns {Child}
 */
export function startPeer(script, settings) {
  const file = fileURLToPath(new URL(`peers/${script}`, import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      child.stdin.destroy();
      if (code === 0) resolve();
      else reject(new Error(`${script} ended with ${code ?? signal}`));
    });
  });
  ended.catch(() => {});
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended without a word`);
    return JSON.parse(value);
  };
  child.stdin.on('error', () => {});
  return {
    next,
    ended,
    go: () => void child.stdin.write('go\n'),
    leave: () => {
      child.stdin.end();
      // One that was stopped would not notice.
      child.kill('SIGCONT');
    },
  };
}
