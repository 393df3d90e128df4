import { ArrowFormatError } from '../errors.ts';
import type { ArrowLimits } from '../limits.ts';

/** What stands before a message’s metadata. A length of 0 is the end marker. */
export interface MessagePrefix {
  readonly prefixBytes: 4 | 8;
  readonly metadataBytes: number;
}

/** Longest prefix in bytes. */
export const maxPrefixBytes = 8;

const continuation = -1;

/**
 * Reads a prefix from the first bytes of a message, or tells that more of them are needed (`undefined`).
 * @param bytes - What is there, from 0 to 8 bytes; more are not looked at.
 * @param offset - Of the prefix in what is examined, for errors.
 * Throws `bad_framing` for a negative length, `too_large` for one over the limit.
 */
export function readPrefix(bytes: Uint8Array, offset: number, limits: ArrowLimits): MessagePrefix | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getInt32(0, true);
  if (first !== continuation) return checkedPrefix(4, first, offset, limits);
  if (bytes.length < maxPrefixBytes) return undefined;
  return checkedPrefix(8, view.getInt32(4, true), offset, limits);
}

function checkedPrefix(prefixBytes: 4 | 8, metadataBytes: number, offset: number, limits: ArrowLimits): MessagePrefix {
  if (metadataBytes < 0) {
    throw new ArrowFormatError('bad_framing', `A message has metadata of ${metadataBytes} bytes`, { offset });
  }
  if (metadataBytes > limits.maxMetadataBytes) {
    const message = `Metadata of ${metadataBytes} bytes is over the limit of ${limits.maxMetadataBytes}`;
    throw new ArrowFormatError('too_large', message, { offset });
  }
  return { prefixBytes, metadataBytes };
}

/** Collects a prefix from bytes that come cut anywhere: four at a time, as a legacy prefix has no more. */
export class PrefixGather {
  readonly #held = new Uint8Array(maxPrefixBytes);
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get bytes(): Uint8Array {
    return this.#held.subarray(0, this.#heldBytes);
  }

  /** Copies what may belong to the prefix; returns how much that is. */
  take(bytes: Uint8Array): number {
    const wanted = this.#heldBytes < 4 ? 4 : maxPrefixBytes;
    const taken = Math.min(wanted - this.#heldBytes, bytes.length);
    this.#held.set(bytes.subarray(0, taken), this.#heldBytes);
    this.#heldBytes += taken;
    return taken;
  }

  clear(): void {
    this.#heldBytes = 0;
  }
}
