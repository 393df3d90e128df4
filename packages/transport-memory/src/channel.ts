import type { Clock } from '@towline/downloader-core/spi';

/** Something that arrives in its turn. */
export interface Parcel {
  readonly dueAtMs: number;
  /** Runs when it is the first in the queue and due. */
  arrive(): void;
  /** Runs instead when the channel ends before. */
  lose?(cause: Error): void;
}

interface HeldParcel {
  readonly parcel: Parcel;
  /** Whether the next parcel that is sent brings it along, right behind itself. */
  readonly followsNext: boolean;
  readonly cancel: () => void;
}

/** One direction of a link: parcels arrive in order, one in a microtask, none before it is due, none while paused. */
export class Channel {
  readonly #clock: Clock;
  readonly #isPaused: () => boolean;
  readonly #queue: Parcel[] = [];
  readonly #held = new Set<HeldParcel>();
  #cancelTimer: (() => void) | undefined;
  #isScheduled = false;
  #hasEnded = false;

  constructor(clock: Clock, isPaused: () => boolean) {
    this.#clock = clock;
    this.#isPaused = isPaused;
  }

  get size(): number {
    return this.#queue.length + this.#held.size;
  }

  push(parcel: Parcel): void {
    this.#queue.push(parcel);
    for (const held of this.#held) if (held.followsNext) this.#insert(held);
    this.#schedule();
  }

  /** Keeps a parcel out of the queue for `holdMs`, or until the next push when it `followsNext`. */
  hold(parcel: Parcel, holdMs: number, followsNext: boolean): void {
    const cancel = this.#clock.setTimer(holdMs, () => {
      this.#insert(held);
      this.#schedule();
    });
    const held: HeldParcel = { parcel, followsNext, cancel };
    this.#held.add(held);
  }

  /** Takes back a parcel that has not arrived; says whether it was still there. */
  remove(parcel: Parcel): boolean {
    const index = this.#queue.indexOf(parcel);
    if (index < 0) return false;
    this.#queue.splice(index, 1);
    return true;
  }

  resume(): void {
    this.#schedule();
  }

  /** Lets everything arrive that is due now. */
  flush(): void {
    while (this.#isDue()) this.#queue.shift()?.arrive();
  }

  end(cause: Error): void {
    this.#hasEnded = true;
    this.#cancelTimer?.();
    for (const held of this.#held) held.cancel();
    this.#held.clear();
    for (const parcel of this.#queue.splice(0)) parcel.lose?.(cause);
  }

  #insert(held: HeldParcel): void {
    held.cancel();
    this.#held.delete(held);
    this.#queue.push(held.parcel);
  }

  #isDue(): boolean {
    const head = this.#queue[0];
    return head !== undefined && head.dueAtMs <= this.#clock.now() && !this.#isPaused();
  }

  #schedule(): void {
    const head = this.#queue[0];
    if (!head || this.#isScheduled || this.#hasEnded || this.#isPaused()) return;
    this.#isScheduled = true;
    const waitMs = head.dueAtMs - this.#clock.now();
    if (waitMs <= 0) queueMicrotask(() => this.#turn());
    else this.#cancelTimer = this.#clock.setTimer(waitMs, () => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#cancelTimer = undefined;
    try {
      if (this.#isDue()) this.#queue.shift()?.arrive();
    } finally {
      this.#schedule();
    }
  }
}
