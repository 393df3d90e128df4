const firstCapacityBytes = 4096;
// Each growth copies what was held before and leaves it as garbage: a large factor makes that little, and a peer can have no more
// than so many times the memory that it has filled.
const growth = 16;

/** How a {@link Gather} has its memory. The format depends on nothing: whoever collects bodies of a download says how. */
export interface GatherMemory {
  /** Copies bytes into others, from `at` on. Default: uncounted. */
  readonly copy?: (target: Uint8Array, bytes: Uint8Array, at: number) => void;
  /** Memory of that size, at a multiple of 8. Default: an array of its own. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

/**
 * Collects a known number of bytes from pieces. Memory grows with what arrived, never with what was announced; bytes
 * that arrive whole are not copied.
 */
export class Gather {
  readonly wantedBytes: number;
  readonly #copy: NonNullable<GatherMemory['copy']>;
  readonly #allocate: NonNullable<GatherMemory['allocate']>;
  #held = nothing;
  #heldBytes = 0;

  constructor(wantedBytes: number, { copy = uncounted, allocate = ownMemory }: GatherMemory = {}) {
    this.wantedBytes = wantedBytes;
    this.#copy = copy;
    this.#allocate = allocate;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes what is missing from the start of `bytes`; tells how many it took. They are copied unless they are all. */
  take(bytes: Uint8Array): { readonly taken: number; readonly whole: Uint8Array | undefined } {
    const taken = Math.min(this.wantedBytes - this.#heldBytes, bytes.length);
    if (taken === this.wantedBytes) return { taken, whole: bytes.subarray(0, taken) };
    this.#append(bytes.subarray(0, taken));
    const complete = this.#heldBytes === this.wantedBytes;
    return { taken, whole: complete ? this.#held.subarray(0, this.#heldBytes) : undefined };
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const grown = this.#allocate(capacityFor(needed, this.wantedBytes));
      this.#copy(grown, this.#held.subarray(0, this.#heldBytes), 0);
      this.#held = grown;
    }
    this.#copy(this.#held, bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }
}

/**
 * Of all bytes that are wanted, a sixteenth of these, a sixteenth of that and so on, the least that holds `needed`. So the last
 * growth is to just what is wanted, and no growth copies more than a sixteenth of what it makes room for.
 */
function capacityFor(needed: number, wantedBytes: number): number {
  const least = Math.max(needed, firstCapacityBytes);
  let capacity = wantedBytes;
  while (Math.ceil(capacity / growth) >= least) capacity = Math.ceil(capacity / growth);
  return capacity;
}

const nothing: Uint8Array = new Uint8Array(0);

function ownMemory(length: number): Uint8Array {
  return new Uint8Array(length);
}

function uncounted(target: Uint8Array, bytes: Uint8Array, at: number): void {
  target.set(bytes, at);
}
