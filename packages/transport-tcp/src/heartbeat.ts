import type { Clock } from '@towline/downloader-core/spi';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** How often a side that has nothing to say shows that it lives. */
  readonly intervalMs: number;
  /** After how much silence a peer is taken for dead; rounded up to whole intervals. */
  readonly timeoutMs: number;
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
  #hasHeard = true;
  #hasSpoken = false;
  #silentTicks = 0;
  #cancelTimer: () => void;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#cancelTimer = this.#schedule();
  }

  /** Any byte came. */
  heard(): void {
    this.#hasHeard = true;
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
    this.#silentTicks = this.#hasHeard ? 0 : this.#silentTicks + 1;
    if (this.#silentTicks * intervalMs >= timeoutMs) return onDead();
    this.#cancelTimer = this.#schedule();
    if (!this.#hasSpoken) onQuiet();
    this.#hasHeard = false;
    this.#hasSpoken = false;
  }
}
