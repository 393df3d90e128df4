// @ts-check
import { consumer } from '@towline/downloader-core';

/** Counts what arrives, and keeps nothing. */
export class Counting {
  /** @type {true} */
  [consumer] = true;
  #bytes = 0;

  /** @param {readonly Uint8Array[]} data */
  consume(data) {
    for (const { byteLength } of data) this.#bytes += byteLength;
  }

  downloadCompleted() {
    return this.#bytes;
  }

  downloadFailed() {}
}
