import type { Schema } from '@towline/downloader-core';
import { ByteLists, type Position } from './byte-lists.ts';
import { type Answer, changed } from './changed-chunks.ts';

/** Puts into the state what MessagePack cannot carry. */
export class StateOf extends ByteLists {
  override readonly stateSchema: Schema<Position> = { parse: (input) => input as Position };
  readonly #extra: unknown;
  constructor(items: readonly Uint8Array[], chunkBytes: number | undefined, extra: unknown) {
    super(items, chunkBytes);
    this.#extra = extra;
  }
  override produce(state?: Position): Answer {
    return changed(super.produce(state), ({ state: next }) => ({ state: { ...next, extra: this.#extra } }));
  }
}

export class StateIsMap extends StateOf {
  constructor(items: readonly Uint8Array[], chunkBytes?: number) {
    super(items, chunkBytes, new Map([['at', 1]]));
  }
}

export class StateIsDate extends StateOf {
  constructor(items: readonly Uint8Array[], chunkBytes?: number) {
    super(items, chunkBytes, new Date(0));
  }
}

export class StateIsBigint extends StateOf {
  constructor(items: readonly Uint8Array[], chunkBytes?: number) {
    super(items, chunkBytes, 1n);
  }
}

/** Knows its own states by identity. */
export class StateByIdentity extends ByteLists {
  readonly #given = new WeakSet();
  override produce(state?: Position): Answer {
    if (state && !this.#given.has(state)) throw new Error('not my state');
    return changed(super.produce(state), ({ state: next }) => {
      this.#given.add(next);
      return {};
    });
  }
}

export class LargeState extends StateOf {
  constructor(items: readonly Uint8Array[], chunkBytes?: number) {
    super(items, chunkBytes, 'x'.repeat(65_536));
  }
}

export class TakesAnyState extends ByteLists {
  override readonly stateSchema: Schema<Position> = { parse: (input) => input as Position };
}

export class TakesAnyNumber extends ByteLists {
  override readonly stateSchema: Schema<Position> = {
    parse: (input) => {
      const { item, offset } = input as Position;
      if (typeof item !== 'number' || typeof offset !== 'number') throw new TypeError('no numbers');
      return { item, offset };
    },
  };
}
