import {
  type Clock,
  type IncomingMessage,
  onAbort,
  type OutgoingMessage,
  type Random,
} from '@towline/downloader-core/spi';
import { Channel, type Parcel } from './channel.ts';
import type { Fault } from './faults.ts';
import { copyMessage, corruptBody } from './message-copies.ts';

const defaultHoldMs = 50;

/** What a direction of a link needs of its surroundings. */
export interface DirectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly isPaused: () => boolean;
  /** Hands a message to the receiving endpoint. */
  readonly deliver: (message: IncomingMessage) => void;
  /** Ends the link because of a `cut`; returns the cause that senders see. */
  readonly cut: () => Error;
}

/** One direction of a link, with the faults of its messages. */
export class Direction {
  readonly #options: DirectionOptions;
  readonly #channel: Channel;

  constructor(options: DirectionOptions) {
    this.#options = options;
    this.#channel = new Channel(options.clock, options.isPaused);
  }

  /** Messages on their way. */
  get size(): number {
    return this.#channel.size;
  }

  /** Resolves when the message arrived or was dropped; rejects when the link ends or the signal aborts before. */
  carry(message: OutgoingMessage, fault: Fault | undefined, signal: AbortSignal | undefined): Promise<void> {
    switch (fault?.kind) {
      case undefined:
      case 'refuse':
        return this.#queue(() => this.#deliver(message), signal);
      case 'drop':
        return this.#queue(() => {}, signal);
      case 'delay':
        return this.#queue(() => this.#deliver(message), signal, fault.delayMs);
      case 'corrupt':
        return this.#queue(() => this.#deliver(corruptBody(message, this.#options.random, fault.at)), signal);
      case 'cut':
        return this.#queue(() => this.#cut(message, fault.delivered ?? false), signal);
      case 'duplicate':
        return this.#queue(() => this.#deliverTwice(message, fault.afterMs ?? 0), signal);
      case 'reorder':
        this.#channel.hold(this.#parcel(copyMessage(message)), fault.holdMs ?? defaultHoldMs, true);
        return Promise.resolve();
      default:
        return fault satisfies never;
    }
  }

  resume(): void {
    this.#channel.resume();
  }

  flush(): void {
    this.#channel.flush();
  }

  end(cause: Error): void {
    this.#channel.end(cause);
  }

  /** Queues `act`; the result rejects with what it returns. */
  #queue(act: () => Error | void, signal: AbortSignal | undefined, delayMs = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      const takeBack = (): void => {
        if (this.#channel.remove(parcel)) reject(signal?.reason);
      };
      const parcel: Parcel = {
        dueAtMs: this.#options.clock.now() + delayMs,
        arrive: () => {
          stopFollowing?.();
          let failure: Error | void = undefined;
          try {
            failure = act();
          } finally {
            if (failure) reject(failure);
            else resolve();
          }
        },
        lose: (cause) => {
          stopFollowing?.();
          reject(cause);
        },
      };
      const stopFollowing = signal && onAbort(signal, takeBack);
      this.#channel.push(parcel);
    });
  }

  #deliver(message: OutgoingMessage): void {
    // The header is small and its memory the sender's again once `send` resolved; bodies are handed over as they are.
    this.#options.deliver({ header: message.header.slice(), body: message.body });
  }

  #deliverTwice(message: OutgoingMessage, afterMs: number): void {
    const repeat = copyMessage(message);
    this.#deliver(message);
    if (afterMs > 0) this.#channel.hold(this.#parcel(repeat), afterMs, false);
    else this.#deliver(repeat);
  }

  #cut(message: OutgoingMessage, delivered: boolean): Error {
    if (delivered) this.#deliver(message);
    return this.#options.cut();
  }

  #parcel(message: OutgoingMessage): Parcel {
    return { dueAtMs: this.#options.clock.now(), arrive: () => this.#deliver(message) };
  }
}
