// @ts-check
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @typedef {import('@towline/downloader-core').Ref} Ref */

/** The coordinator's view of a site: a process, started again when it has died, and the key by which it proves its name. */
export class SiteProcess {
  #key = randomBytes(32);
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #gone = new AbortController();
  #roundOver = new AbortController();

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** For the coordinator's transport. */
  get entry() {
    return { key: this.#key, peerId: this.name };
  }

  /** Starts it where it does not run. Resolves when it listens to us. */
  async start() {
    if (this.#child && !this.#gone.signal.aborted) return;
    const gone = (this.#gone = new AbortController());
    this.#child = fork(fileURLToPath(new URL('site.mjs', import.meta.url)), [this.name]);
    this.#child.once('exit', () => gone.abort());
    this.#child.send(this.#key.toString('hex'));
    await once(this.#child, 'message', { signal: gone.signal });
  }

  /**
   * Tells it of a round. Gives the ref of its update; rejects when the site dies, says nothing for 3 s, or the next round begins.
   * @param {number} round
   * @param {Ref} ref of the weights
   * @returns {Promise<Ref>}
   */
  async tell(round, ref) {
    if (!this.#child) throw new Error(`${this.name} does not run`);
    this.#roundOver.abort();
    this.#roundOver = new AbortController();
    this.#child.send({ round, ref });
    const signal = AbortSignal.any([this.#gone.signal, this.#roundOver.signal, AbortSignal.timeout(3000)]);
    const [update] = await once(this.#child, 'message', { signal });
    return update;
  }

  stop() {
    this.#child?.disconnect();
  }
}
