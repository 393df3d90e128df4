// @ts-check
// A file in memory: what the file adapter has for disks, in the few lines that a page needs.
import { consumer } from '@towline/downloader-core';

/** @typedef {import('@towline/downloader-core').Consumer<Uint8Array>} BytesTarget */

/** @implements {BytesTarget} */
export class BytesConsumer {
  /** @type {true} */
  [consumer] = true;
  /** The chunks may stay where they are: nothing is copied before all is here. @type {true} */
  keepsBytes = true;
  /** @type {Uint8Array[]} */
  #parts = [];

  /** @param {readonly Uint8Array[]} data */
  consume(data) {
    this.#parts.push(...data);
  }

  downloadCompleted() {
    const bytes = new Uint8Array(this.#parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.byteLength;
    }
    return bytes;
  }

  downloadFailed() {
    this.#parts = [];
  }
}
