import type { Description, ProduceContext, Produced } from '@towline/downloader-core';
import { settle } from '@towline/transport-memory';
import { ByteLists, packed, type Position } from './byte-lists.ts';
import { type Answer, changed, copied } from './changed-chunks.ts';

export class Stateful extends ByteLists {
  #position: Position | undefined;
  override produce(): Answer {
    const produced = super.produce(this.#position) as Produced<Position>;
    if (produced.status === 'ok') this.#position = produced.state;
    return produced;
  }
}

export class ForwardOnly extends ByteLists {
  #furthest = -1;
  override produce(state?: Position): Answer {
    const { item, offset } = state ?? { item: 0, offset: 0 };
    const place = item * 1e6 + offset;
    if (place <= this.#furthest) throw new Error('cannot go back');
    this.#furthest = place;
    return super.produce(state);
  }
}

/** Reads a moment later, where the last call said. */
export class SharedPosition extends ByteLists {
  #position: Position | undefined;
  override async produce(state?: Position): Promise<Produced<Position>> {
    this.#position = state;
    await settle();
    return super.produce(this.#position);
  }
}

export class OneBuffer extends ByteLists {
  readonly #buffer = new Uint8Array(65_536);
  override produce(state?: Position): Answer {
    return changed(super.produce(state), ({ data }) => {
      let at = 0;
      return {
        data: [data].flat().map((piece: Uint8Array) => {
          this.#buffer.set(piece, at);
          at += piece.byteLength;
          return this.#buffer.subarray(at - piece.byteLength, at);
        }),
      };
    });
  }
}

export class BordersByReceiver extends ByteLists {
  override produce(state?: Position, context?: ProduceContext): Answer {
    const chunkBytes = this.maxChunkBytes - (context?.receiverId.length ?? 0);
    if (state?.item === this.items.length || this.items.length === 0) return { status: 'eof' };
    return packed(this.items, state ?? { item: 0, offset: 0 }, chunkBytes);
  }
}

/** Loses a byte wherever an item goes on in another chunk. */
export class LosesAtBorders extends ByteLists {
  override produce(state?: Position): Answer {
    return changed(super.produce(state), ({ state: next }) =>
      next.offset > 0 ? { state: { ...next, offset: next.offset + 1 } } : {},
    );
  }
}

export class SmallChunksOnly extends ByteLists {
  constructor(items: readonly Uint8Array[], chunkBytes = 4096) {
    super(items, chunkBytes);
    if (chunkBytes === 65_536) throw new RangeError('no such chunk size');
  }
}

/** Lets go of the chunk at a receiver's place, not only of those before it. */
export class LetsGoTooEarly extends ByteLists {
  readonly #gone = new Set<string>();
  passed(_receiverId: string, state: Position): void {
    this.#gone.add(JSON.stringify(state));
  }
  override produce(state?: Position): Answer {
    if (this.#gone.has(JSON.stringify(state))) throw new Error('that chunk is gone');
    return super.produce(state);
  }
}

export class OwnsItsSource extends ByteLists {
  constructor(items: readonly Uint8Array[], chunkBytes?: number) {
    super(
      items.map((item) => new Uint8Array(item)),
      chunkBytes,
    );
  }
  override produce(state?: Position): Answer {
    return changed(super.produce(state), () => ({ owned: true }));
  }
}

export class LargeChunks extends ByteLists {
  override produce(state?: Position): Answer {
    return changed(super.produce(state), (chunk) => ({ data: [...copied(chunk), new Uint8Array(this.maxChunkBytes)] }));
  }
}

export class WrongTotals extends ByteLists {
  override describe(): Description {
    return { totalBytes: 1 + (super.describe().totalBytes ?? 0) };
  }
}

export class WrongItems extends ByteLists {
  override describe(): Description {
    return { totalItems: 2 + this.items.length };
  }
}

export class EndsOnce extends ByteLists {
  #hasEnded = false;
  override produce(state?: Position): Answer {
    const produced = super.produce(state) as Produced<Position>;
    if (produced.status === 'eof' && this.#hasEnded) throw new Error('closed');
    this.#hasEnded ||= produced.status === 'eof';
    return produced;
  }
}

export class CannotRelease extends ByteLists {
  #closed = false;
  override release(): void {
    if (this.#closed) return;
    this.#closed = true;
    throw new Error('already closed');
  }
}

/** A pool of buffers: each chunk gives back the one that was taken last, not its own. */
export class PoolMixesUp extends ByteLists {
  #latest: Uint8Array = new Uint8Array(0);
  readonly #free: Uint8Array[] = [];
  override produce(state?: Position): Answer {
    return changed(super.produce(state), (chunk) => {
      const pieces = copied(chunk);
      const buffer = this.#free.pop() ?? new Uint8Array(this.maxChunkBytes);
      this.#latest = buffer;
      let at = 0;
      const data = pieces.map((piece) => {
        buffer.set(piece, at);
        at += piece.byteLength;
        return buffer.subarray(at - piece.byteLength, at);
      });
      return { data, recycle: () => this.#free.push(this.#latest) };
    });
  }
}

/** Reads what fails as the end. */
export class EndsWhereItFails extends ByteLists {
  override produce(state?: Position): Answer {
    return state === undefined ? super.produce(state) : { status: 'eof' };
  }
}
