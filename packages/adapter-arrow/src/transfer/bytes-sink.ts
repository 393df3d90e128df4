import { copyInto } from '@towline/downloader-core/spi';
import type { ArrowDescription } from './description.ts';
import type { ArrowRequest } from './request.ts';
import type { ArrowSink } from './sink.ts';

const firstBytes = 64 * 1024;

/** Makes one array of what arrives, in memory that grows with it and never by what a peer claims. */
export class BytesSink implements ArrowSink<Uint8Array> {
  readonly as: ArrowRequest['as'];
  readonly keepsBytes = false;
  #held = new Uint8Array(0);
  #length = 0;

  constructor(as: ArrowRequest['as']) {
    this.as = as;
  }

  prepare(_description: ArrowDescription): Promise<void> {
    return Promise.resolve();
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  write(data: readonly Uint8Array[]): void {
    for (const bytes of data) {
      this.#reserve(this.#length + bytes.byteLength);
      copyInto(this.#held, bytes, this.#length);
      this.#length += bytes.byteLength;
    }
  }

  finish(): Promise<Uint8Array> {
    return Promise.resolve(this.#held.subarray(0, this.#length));
  }

  nothing(): Uint8Array {
    return new Uint8Array(0);
  }

  abandon(): Promise<void> {
    this.#held = new Uint8Array(0);
    return Promise.resolve();
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#held.byteLength) return;
    const grown = new Uint8Array(Math.max(bytes, 2 * this.#held.byteLength, firstBytes));
    copyInto(grown, this.#held.subarray(0, this.#length), 0);
    this.#held = grown;
  }
}
