import type { Credit } from '../wire/messages.ts';
import type { WindowSize } from './adaptive-window.ts';

// Chunks can be empty of bytes, so their number has a window of its own.
const windowChunks = 1024;

/** How far the owner may go in one pull (rule S9). Absolute numbers that only grow. */
export class CreditWindow {
  readonly #size: WindowSize;
  readonly #windowChunks: number;
  #granted: Credit;

  /** `chunks` limits the chunks ahead: 1 is strict request and reply, 0 asks for the description alone. */
  constructor(size: WindowSize, chunks: number = windowChunks) {
    this.#size = size;
    this.#windowChunks = chunks;
    this.#granted = { upToSeq: chunks, upToBytes: chunks === 0 ? 0 : size.bytes };
  }

  get granted(): Credit {
    return this.#granted;
  }

  /** Whether a chunk was asked for, when `receivedBytes` came in before it. */
  covers(seq: number, receivedBytes: number): boolean {
    return seq <= this.#granted.upToSeq && receivedBytes < this.#granted.upToBytes;
  }

  /** More credit after chunk `seq` and `bytes` of this pull were consumed, when it is worth a message. */
  advance(seq: number, bytes: number): Credit | undefined {
    const windowBytes = this.#size.bytes;
    const next = {
      upToSeq: seq + this.#windowChunks,
      // A window that has become smaller takes nothing back.
      upToBytes: Math.max(bytes + windowBytes, this.#granted.upToBytes),
    };
    const isWorthIt =
      next.upToBytes - this.#granted.upToBytes >= windowBytes / 2 ||
      next.upToSeq - this.#granted.upToSeq >= this.#windowChunks / 2;
    if (!isWorthIt) return undefined;
    this.#granted = next;
    return next;
  }
}
