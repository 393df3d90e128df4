import type { State } from '../base/downloadable.ts';

/** Tells an object how far a receiver has come, so that a source read once can let go of what is behind (rule S9). */
export class PassedStates {
  readonly #tell: ((state: State) => void) | undefined;
  readonly #sent: State[] = [];
  #passedSeq = 0;

  /** `tell`: none when the object does not ask. */
  constructor(tell: ((state: State) => void) | undefined) {
    this.#tell = tell;
  }

  /** The state after a chunk that was sent. */
  sent(state: State): void {
    if (this.#tell) this.#sent.push(state);
  }

  /** The receiver has consumed chunk `seq` of the pull. */
  consumed(seq: number): void {
    const count = Math.min(seq - this.#passedSeq, this.#sent.length);
    if (count <= 0) return;
    this.#passedSeq += count;
    this.reached(this.#sent.splice(0, count).at(-1));
  }

  /** The receiver asked for what follows `state`. */
  reached(state: State | undefined): void {
    if (state !== undefined) this.#tell?.(state);
  }
}
