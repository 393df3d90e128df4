import type { Clock } from '../base/clock.ts';

/** How many bytes may come ahead, just now. */
export interface WindowSize {
  readonly bytes: number;
}

// A window that lasts two round trips never runs out while the grant for more is on its way.
const roundTripsPerWindow = 2;
// While it has only grown, so much of a window tells the rate: what came at once does before the first grant can bring more.
const partThatTells = 1 / 4;
// One that lasts much longer is more than the link or the consumer takes.
const roundTripsTooMany = 16;

/**
 * The size of the window, by what the link and the consumer do: it doubles while a window is consumed in less than two
 * round trips (it would bound the rate: bandwidth × delay; at first already while a quarter of it is), and is halved when that takes much longer, so that a consumer
 * that has become slow holds no more than it takes. Sizes stay between `leastBytes` and `mostBytes` (rule S9).
 */
export class AdaptiveWindow implements WindowSize {
  readonly #clock: Clock;
  readonly #leastBytes: number;
  readonly #mostBytes: number;
  #bytes: number;
  #roundTripMs = Infinity;
  #hasOnlyGrown = true;
  #since: { readonly ms: number; readonly bytes: number } | undefined;

  constructor(clock: Clock, leastBytes: number, mostBytes: number) {
    this.#clock = clock;
    this.#leastBytes = leastBytes;
    this.#mostBytes = mostBytes;
    this.#bytes = leastBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A pull was answered after `ms`. The least counts: an answer that the owner had to prepare says nothing of the link. */
  answered(ms: number): void {
    this.#roundTripMs = Math.min(this.#roundTripMs, ms);
    this.#since = undefined;
  }

  /** `bytes` of the pull are consumed. */
  consumed(bytes: number): void {
    const ms = this.#clock.now();
    this.#since ??= { ms, bytes };
    const consumed = bytes - this.#since.bytes;
    const tells = this.#hasOnlyGrown ? this.#bytes * partThatTells : this.#bytes;
    if (consumed < tells || this.#roundTripMs === Infinity) return;
    const roundTrips = ((ms - this.#since.ms) / this.#roundTripMs) * (this.#bytes / consumed);
    this.#hasOnlyGrown &&= roundTrips < roundTripsPerWindow;
    if (roundTrips < roundTripsPerWindow) this.#bytes = Math.min(this.#bytes * 2, this.#mostBytes);
    else if (roundTrips > roundTripsTooMany) this.#bytes = Math.max(this.#bytes / 2, this.#leastBytes);
    this.#since = { ms, bytes };
  }
}
