import type { Clock } from '../base/clock.ts';

/** How many bytes may come ahead, just now. */
export interface WindowSize {
  readonly bytes: number;
}

// A window that lasts two round trips never runs out while the grant for more is on its way. What comes without a pause after a
// grant at half of the window comes after half of the window, which the odds make a little less or more.
const roundTripsPerWindow = 1.75;
// Before a grant was answered, so much of a window tells the rate, once: what came at once does before a grant can bring more.
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
  /** Whether the time of a grant is known. That of a first answer has all that both sides do for the first time in it. */
  #isSure = false;
  #since: { readonly ms: number; readonly bytes: number } | undefined;
  /** A grant whose effect has not been seen: it was for what comes after so many bytes of the pull. */
  #grant: { readonly ms: number; readonly afterBytes: number } | undefined;

  constructor(clock: Clock, leastBytes: number, mostBytes: number) {
    this.#clock = clock;
    this.#leastBytes = leastBytes;
    this.#mostBytes = mostBytes;
    this.#bytes = leastBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A pull was answered after `ms`. */
  answered(ms: number): void {
    this.#tookRoundTrip(ms);
    this.#since = undefined;
    this.#grant = undefined;
  }

  /** More than `bytes` of the pull are granted from now on. */
  granted(bytes: number): void {
    this.#grant ??= { ms: this.#clock.now(), afterBytes: bytes };
  }

  /** What follows `bytes` of the pull is here: that is an answer, too, if it had to be granted first. */
  arrived(bytes: number): void {
    if (this.#grant === undefined || bytes < this.#grant.afterBytes) return;
    this.#tookRoundTrip(this.#clock.now() - this.#grant.ms);
    this.#isSure = true;
    this.#grant = undefined;
  }

  /** `bytes` of the pull are consumed. */
  consumed(bytes: number): void {
    const ms = this.#clock.now();
    this.#since ??= { ms, bytes };
    const consumed = bytes - this.#since.bytes;
    const isFirst = !this.#isSure && this.#bytes === this.#leastBytes;
    if (consumed < (isFirst ? this.#bytes * partThatTells : this.#bytes) || this.#roundTripMs === Infinity) return;
    const roundTrips = ((ms - this.#since.ms) / this.#roundTripMs) * (this.#bytes / consumed);
    if (roundTrips < roundTripsPerWindow && (isFirst || this.#isSure))
      this.#bytes = Math.min(this.#bytes * 2, this.#mostBytes);
    else if (roundTrips > roundTripsTooMany) this.#bytes = Math.max(this.#bytes / 2, this.#leastBytes);
    this.#since = { ms, bytes };
  }

  // The least counts: an answer that somebody had to prepare, or that waited behind others, says nothing of the link.
  #tookRoundTrip(ms: number): void {
    this.#roundTripMs = Math.min(this.#roundTripMs, ms);
  }
}
