import { deferred, type Deferred } from '../base/deferred.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { orAborted } from '../base/signals.ts';
import type { Reservation } from './byte-budget.ts';
import type { IdleChunks, Kept } from './idle-chunks.ts';
import type { CheckedChunk, CheckedProduced } from './produced.ts';

/** What was produced for a reservation. */
export interface Loaded<P = CheckedProduced> {
  readonly produced: P;
  readonly checksum: Uint8Array;
  readonly reservation: Reservation;
}

/** A chunk in the hands of one pull. `release` gives it back; calling it twice does nothing. */
export interface HeldChunk {
  readonly chunk: CheckedChunk;
  readonly checksum: Uint8Array;
  /** Nobody else has it: a transport may take its memory away. */
  readonly owned: boolean;
  readonly release: () => void;
}

/** A chunk to send, or how the object ended. */
export type Fetched = HeldChunk | Exclude<CheckedProduced, CheckedChunk>;

/** What {@link SharedChunks} works with. */
export interface SharedChunksSetup {
  readonly idle: IdleChunks;
  /** Nobody reads the chunk any more. */
  readonly onDropped: (chunk: CheckedChunk) => void;
}

interface Entry extends Loaded<CheckedChunk>, Kept {
  users: number;
  /** How many are expected to come for it. */
  wanted: number;
}

/**
 * The chunks of one object that several receivers want: each is produced once while it is here, and kept for as long as
 * one who is near behind is expected (rule M2). A position is what decides about the bytes: request and state.
 */
export class SharedChunks {
  readonly #setup: SharedChunksSetup;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Deferred<void>>();
  /** Those of the entries that are still wanted. */
  readonly #offered = new Set<Entry>();

  constructor(setup: SharedChunksSetup) {
    this.#setup = setup;
  }

  /** Whether anything is here, or being made, that others than those who have it are to come for. */
  get hasOffers(): boolean {
    return this.#offered.size > 0 || this.#loading.size > 0;
  }

  /** Whether a chunk is here or being made. */
  knows(position: string): boolean {
    return this.#entries.has(position) || this.#loading.has(position);
  }

  /** The chunk, if it is here. */
  take(position: string): HeldChunk | undefined {
    const entry = this.#entries.get(position);
    return entry && this.#take(position, entry);
  }

  /** The chunk, if it is here or somebody is making it. Rejects with the signal's reason. */
  async find(position: string, signal: AbortSignal): Promise<HeldChunk | undefined> {
    for (let loading = this.#loading.get(position); loading; loading = this.#loading.get(position))
      await orAborted(loading.promise, signal);
    return this.take(position);
  }

  /**
   * Has a chunk made that is not here. `wanted` others are expected to ask for it. A failure is its caller's alone: the
   * next one tries for itself.
   */
  load(position: string, wanted: number, make: () => MaybePromise<Loaded>): MaybePromise<Fetched> {
    const making = make();
    if (!isPromise(making)) return this.#loaded(position, wanted, making);
    const done = deferred<void>();
    this.#loading.set(position, done);
    return making
      .then((loaded) => this.#loaded(position, wanted, loaded))
      .finally(() => {
        this.#loading.delete(position);
        done.resolve();
      });
  }

  /** Forgets all. What is being read is given back when that has ended. */
  clear(): void {
    for (const [position, entry] of [...this.#entries]) {
      this.#entries.delete(position);
      this.#offered.delete(entry);
      if (entry.users === 0) this.#giveBack(entry);
    }
  }

  #loaded(position: string, wanted: number, { produced, checksum, reservation }: Loaded): Fetched {
    if (produced.status === 'ok') return this.#added(position, wanted, { produced, checksum, reservation });
    reservation.release();
    return produced;
  }

  #added(position: string, wanted: number, loaded: Loaded<CheckedChunk>): HeldChunk {
    const entry: Entry = {
      ...loaded,
      bytes: loaded.produced.bytes,
      drop: () => {
        this.#entries.delete(position);
        this.#giveBack(entry);
      },
      users: 0,
      wanted: wanted + 1,
    };
    this.#entries.set(position, entry);
    return this.#take(position, entry);
  }

  #take(position: string, entry: Entry): HeldChunk {
    this.#setup.idle.forget(entry);
    entry.users += 1;
    entry.wanted -= 1;
    if (entry.wanted > 0) this.#offered.add(entry);
    else this.#offered.delete(entry);
    const release = once(() => this.#release(position, entry));
    return { chunk: entry.produced, checksum: entry.checksum, owned: false, release };
  }

  #release(position: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#entries.get(position) !== entry) return this.#giveBack(entry);
    if (entry.wanted > 0) this.#setup.idle.keep(entry);
    else entry.drop();
  }

  #giveBack(entry: Entry): void {
    this.#offered.delete(entry);
    this.#setup.idle.forget(entry);
    entry.reservation.release();
    this.#setup.onDropped(entry.produced);
  }
}

/** `call`, at most once. */
export function once(call: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    call();
  };
}
