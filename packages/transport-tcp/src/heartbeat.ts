import type { Clock } from '@towline/downloader-core/spi';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** How often a side that has nothing to say shows that it lives. */
  readonly intervalMs: number;
  /** After how much silence a peer is taken for dead; rounded up to whole intervals. */
  readonly timeoutMs: number;
  /** How many times bytes came so far. */
  readonly heard: () => number;
  /** Asked to send a ping. */
  readonly onQuiet: () => void;
  readonly onDead: () => void;
}

/**
 * Notices a peer that has gone without a word. Silence is counted in ticks, not read off the clock: a process that was
 * stopped for a minute ticks once and then reads what was waiting, instead of taking every peer for dead.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** As of the last tick; nobody is silent before the first. */
  #heard = -1;
  #hasSpoken = false;
  #silentTicks = 0;
  #cancelTimer: () => void;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#cancelTimer = this.#schedule();
  }

  /** Something was sent. */
  spoke(): void {
    this.#hasSpoken = true;
  }

  stop(): void {
    this.#cancelTimer();
  }

  #schedule(): () => void {
    return this.#options.clock.setTimer(this.#options.intervalMs, () => this.#tick());
  }

  #tick(): void {
    const { intervalMs, timeoutMs, onDead, onQuiet } = this.#options;
    const heard = this.#options.heard();
    this.#silentTicks = heard === this.#heard ? this.#silentTicks + 1 : 0;
    this.#heard = heard;
    if (this.#silentTicks * intervalMs >= timeoutMs) return onDead();
    this.#cancelTimer = this.#schedule();
    if (!this.#hasSpoken) onQuiet();
    this.#hasSpoken = false;
  }
}
