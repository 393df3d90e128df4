import { abortReason, copyTogether, onAbort, type OutgoingMessage } from '@towline/downloader-core/spi';

/** One message on its way from `send` to the socket. */
export class Outgoing {
  /** What `send` returns. */
  readonly done: Promise<void>;
  /** Header and body, in bytes. */
  readonly bytes: number;
  readonly #signal: AbortSignal | undefined;
  readonly #stopFollowing: (() => void) | undefined;
  #message: OutgoingMessage | undefined;
  #onLateAbort: (() => void) | undefined;
  #resolve!: () => void;
  #reject!: (cause: unknown) => void;

  constructor(message: OutgoingMessage, signal: AbortSignal | undefined) {
    this.#message = message;
    this.#signal = signal;
    this.bytes = message.body.reduce((sum, segment) => sum + segment.byteLength, message.header.byteLength);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#stopFollowing = signal && onAbort(signal, () => this.#abort());
  }

  /**
   * Takes the message for writing; nothing when it was given up before. From then on an abort is only told to
   * `onLateAbort`: half a frame cannot be taken back.
   */
  take(onLateAbort: () => void): OutgoingMessage | undefined {
    this.#onLateAbort = onLateAbort;
    return this.#message;
  }

  /** The same message in memory of its own, which nobody waits for; nothing when this one was given up before. */
  twin(): Outgoing | undefined {
    if (!this.#message) return undefined;
    const { header, body } = this.#message;
    const twin = new Outgoing({ header: copyTogether([header]), body: [copyTogether(body)] }, undefined);
    twin.done.catch(() => {});
    return twin;
  }

  resolve(): void {
    this.#forget();
    this.#resolve();
  }

  /** Ends the send; one that was aborted ends with its signal's reason instead. Nothing happens the second time. */
  reject(cause: unknown): void {
    this.#forget();
    this.#reject(this.#signal?.aborted ? abortReason(this.#signal) : cause);
  }

  #abort(): void {
    if (this.#onLateAbort) this.#onLateAbort();
    else this.reject(undefined);
  }

  #forget(): void {
    this.#message = undefined;
    this.#stopFollowing?.();
  }
}
