import { DownloadError } from '../base/errors.ts';
import { equalBytes, type Hasher } from '../base/hash.ts';
import { copyInto, totalBytes } from '../base/copies.ts';
import type { BodyPart } from './messages.ts';
import { segmentsOf } from './slices.ts';

/** A whole body: its segments, and whether it arrived as it was sent (rule I1). */
export interface AssembledBody {
  readonly segments: readonly Uint8Array[];
  readonly checksum: Uint8Array;
  readonly intact: boolean;
}

interface Assembly {
  readonly key: string;
  readonly buffer: Uint8Array;
  readonly seen: Set<number>;
  readonly first: BodyPart;
}

/**
 * Puts bodies that were cut together again, one at a time: a part of another key drops what was begun. Parts may come in
 * any order and more than once. A body in one message is passed on without a copy.
 */
export class BodyAssembler {
  readonly #hasher: Hasher;
  #open: Assembly | undefined;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /**
   * Takes the message `key` with `part` and `pieces`. Returns the whole body once it is complete. Throws `protocol` when
   * the parts contradict each other or the sum is above `limitBytes`; nothing is allocated before that check.
   */
  take(key: string, part: BodyPart, pieces: readonly Uint8Array[], limitBytes: number): AssembledBody | undefined {
    const size = checkedSize(part, pieces, limitBytes);
    if (part.parts === 1) return this.#finish(part, pieces);
    const open = this.#begin(key, part, size);
    this.#place(open, part, pieces);
    if (open.seen.size < part.parts) return undefined;
    this.#open = undefined;
    return this.#finish(part, [open.buffer]);
  }

  /** Forgets what was begun. */
  drop(): void {
    this.#open = undefined;
  }

  #begin(key: string, part: BodyPart, size: number): Assembly {
    if (this.#open?.key !== key) {
      this.#open = { key, buffer: new Uint8Array(size), seen: new Set(), first: part };
    }
    const open = this.#open;
    const isSame = open.first.parts === part.parts && equalBytes(open.first.checksum, part.checksum);
    if (!isSame || open.buffer.byteLength !== size) {
      this.#open = undefined;
      throw new DownloadError('protocol', 'the parts of a message do not belong together');
    }
    return open;
  }

  #place(open: Assembly, part: BodyPart, pieces: readonly Uint8Array[]): void {
    let { at } = part;
    for (const piece of pieces) {
      copyInto(open.buffer, piece, at);
      at += piece.byteLength;
    }
    open.seen.add(part.part);
  }

  #finish(part: BodyPart, pieces: readonly Uint8Array[]): AssembledBody {
    const checksum = this.#hasher.checksum(pieces);
    return {
      segments: segmentsOf(pieces, part.lengths),
      checksum,
      intact: equalBytes(checksum, part.checksum),
    };
  }
}

function checkedSize(part: BodyPart, pieces: readonly Uint8Array[], limitBytes: number): number {
  const size = part.lengths.reduce((sum, length) => sum + length, 0);
  const here = totalBytes(pieces);
  const fits = part.parts === 1 ? here === size && part.at === 0 : here > 0 && part.at + here <= size;
  if (size > limitBytes)
    throw new DownloadError('protocol', `a body of ${size} bytes is above the limit of ${limitBytes}`);
  if (!fits || part.part >= part.parts || part.parts > Math.max(size, 1)) {
    throw new DownloadError('protocol', 'the size of a message is not what its header says');
  }
  return size;
}
