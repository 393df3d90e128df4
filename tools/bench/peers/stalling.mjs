// @ts-check
import { consumer } from '@towline/downloader-core';
import { say } from './report.mjs';

/** Takes the first chunk and nothing more: `consumer` never lets go of it, `process` stops the whole process, so that nothing reads its socket. */
export class Stalling {
  /** @type {true} */
  [consumer] = true;
  #what;

  /** @param {'consumer' | 'process'} what */
  constructor(what) {
    this.#what = what;
  }

  /** @returns {Promise<undefined>} */
  consume() {
    say({ event: 'stalled' });
    if (this.#what === 'process') process.kill(process.pid, 'SIGSTOP');
    return new Promise(() => {});
  }

  /** @returns {never} */
  downloadCompleted() {
    throw new Error('this receiver was to stall');
  }

  downloadFailed() {}
}
