import type { Clock } from '../base/clock.ts';
import { Silence } from '../base/silence.ts';
import { asDownloadError, DownloadError } from '../base/errors.ts';
import { equalBytes, type Hasher } from '../base/hash.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import { abortReason, onAbort } from '../base/signals.ts';
import { smallCopy } from '../base/slab.ts';
import { printable } from '../base/text.ts';
import type { IncomingMessage } from '../base/transport.ts';
import { type AssembledBody, BodyAssembler } from '../wire/assembler.ts';
import { ChunkDigest } from '../wire/chunk-digest.ts';
import { totalBytes } from '../base/copies.ts';
import { maxChunkBytes, maxStateBytes } from '../wire/limits.ts';
import type { Busy, Chunk, Described, End, ToReceiver } from '../wire/messages.ts';
import { Retry } from './retry-error.ts';
import type { CreditWindow } from './window.ts';

/** What arrives in a pull, in order. */
export type Arrival =
  | { readonly is: 'described'; readonly message: Described; readonly segments: readonly Uint8Array[] }
  | ArrivedChunk
  | { readonly is: 'end'; readonly message: End };

/** A chunk that is whole, in order, and undamaged. */
export interface ArrivedChunk {
  readonly is: 'chunk';
  readonly seq: number;
  readonly data: readonly Uint8Array[];
  readonly bytes: number;
  readonly items: number | undefined;
  readonly stateBytes: Uint8Array;
  /** The data lies in memory that the transport handed over, or in ours; called when nobody reads it any more. */
  release(): void;
}

/** What a reception is made for. */
export interface ReceptionSetup {
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly pullNo: number;
  readonly window: CreditWindow;
  readonly requestTimeoutMs: number;
  /** The most bytes of the description that was asked for; `undefined`: none was. */
  readonly maxDescriptionBytes: number | undefined;
  /** The owner waits for something. */
  readonly onBusy: () => void;
}

/** One pull as it comes in: checks order, credit and checksums, and queues what is good until it is taken (rules S11, W2). */
export class Reception {
  readonly #setup: ReceptionSetup;
  readonly #assembler: BodyAssembler;
  readonly #digest: ChunkDigest;
  readonly #queue: Arrival[] = [];
  #failure: Error | undefined;
  #isDescribed = false;
  #hasEnded = false;
  #receivedBytes = 0;
  #wake: () => void = () => {};
  readonly #silence: Silence;

  constructor(setup: ReceptionSetup) {
    this.#setup = setup;
    this.#assembler = new BodyAssembler(setup.hasher);
    this.#digest = new ChunkDigest(setup.hasher);
    const { clock, requestTimeoutMs } = setup;
    this.#silence = new Silence(clock, requestTimeoutMs, () =>
      this.fail(new DownloadError('request_timeout', `the owner sent nothing for ${requestTimeoutMs} ms`)),
    );
  }

  get pullNo(): number {
    return this.#setup.pullNo;
  }

  /** Takes a message of this pull. */
  take(message: ToReceiver | Busy, carrier: IncomingMessage): void {
    if (this.#failure !== undefined || this.#hasEnded) return carrier.release?.();
    this.#silence.broken();
    try {
      this.#accept(message, carrier);
    } catch (error) {
      carrier.release?.();
      this.fail(error);
    }
  }

  /** Ends it with an error, after what was received before was taken. */
  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : asDownloadError(error, 'link_lost');
    this.#wake();
  }

  /** The next arrival, at once when it is here. Fails with the signal's reason, `request_timeout`, a refusal, or a {@link Retry}. */
  next(signal: AbortSignal): MaybePromise<Arrival> {
    return this.#here(signal) ?? this.#later(signal);
  }

  /** Gives back what was received and not taken; whatever comes now is given back, too. */
  close(): void {
    this.#hasEnded = true;
    this.#silence.stop();
    for (const arrival of this.#queue.splice(0)) if (arrival.is === 'chunk') arrival.release();
  }

  #here(signal: AbortSignal): Arrival | undefined {
    if (signal.aborted) throw abortReason(signal);
    const arrival = this.#queue.shift();
    if (!arrival && this.#failure !== undefined) throw this.#failure;
    return arrival;
  }

  async #later(signal: AbortSignal): Promise<Arrival> {
    for (;;) {
      await this.#woken(signal);
      const arrival = this.#here(signal);
      if (arrival) return arrival;
    }
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stopFollowing();
        this.#silence.pause();
        resolve();
      };
      const stopFollowing = onAbort(signal, wake);
      this.#wake = wake;
      this.#silence.begin();
    });
  }

  #accept(message: ToReceiver | Busy, carrier: IncomingMessage): void {
    switch (message.kind) {
      case 'described':
        return this.#acceptDescribed(message, carrier);
      case 'chunk':
        return this.#acceptChunk(message, carrier);
      case 'end':
        return this.#acceptEnd(message);
      case 'refused':
        return this.fail(refusal(message.code, message.reason));
      case 'busy':
        return this.#setup.onBusy();
      case 'confirmed':
        return;
    }
  }

  // One, if it was asked for: whatever else comes is held by nobody.
  #acceptDescribed(message: Described, carrier: IncomingMessage): void {
    const { maxDescriptionBytes } = this.#setup;
    if (this.#isDescribed || maxDescriptionBytes === undefined) return carrier.release?.();
    const whole = this.#assembler.take('described', message.body, carrier.body, maxDescriptionBytes);
    if (!whole) return carrier.release?.();
    if (!whole.intact) throw damaged('the description');
    this.#isDescribed = true;
    this.#push({ is: 'described', message, segments: whole.segments });
  }

  #acceptChunk(message: Chunk, carrier: IncomingMessage): void {
    const expected = this.#digest.chunks + 1;
    if (message.seq < expected) return carrier.release?.();
    if (message.seq > expected) throw new Retry(new DownloadError('link_lost', 'a message of the owner was lost'));
    if (!this.#setup.window.covers(message.seq, this.#receivedBytes)) {
      throw new DownloadError('protocol', 'the owner sent a chunk that was not asked for');
    }
    checkState(message);
    const whole = this.#assembler.take(
      `chunk ${message.seq}`,
      message.body,
      carrier.body,
      maxChunkBytes + maxStateBytes,
    );
    if (!whole) return carrier.release?.();
    if (!whole.intact) throw damaged(`chunk ${message.seq}`);
    this.#digest.add(whole.checksum);
    this.#push(this.#chunkOf(message, whole, carrier));
  }

  #chunkOf(message: Chunk, { segments }: AssembledBody, carrier: IncomingMessage): ArrivedChunk {
    const data = segments.slice(0, -1);
    const bytes = totalBytes(data);
    this.#receivedBytes += bytes;
    const isCopied = message.body.parts > 1;
    if (isCopied) carrier.release?.();
    return {
      is: 'chunk',
      seq: message.seq,
      data,
      bytes,
      items: message.items,
      stateBytes: smallCopy(segments.at(-1) ?? new Uint8Array(0)),
      release: () => (isCopied ? undefined : carrier.release?.()),
    };
  }

  #acceptEnd(message: End): void {
    const isWhole = message.chunks === this.#digest.chunks && equalBytes(message.digest, this.#digest.digest());
    if (!isWhole)
      throw new Retry(new DownloadError('link_lost', 'chunks of this pull were lost, repeated or reordered'));
    this.#hasEnded = true;
    this.#push({ is: 'end', message });
  }

  #push(arrival: Arrival): void {
    this.#queue.push(arrival);
    this.#wake();
  }
}

// The state is the last segment; data and state have limits of their own.
function checkState({ body: { lengths } }: Chunk): void {
  const stateLength = lengths.at(-1) ?? 0;
  if (stateLength > maxStateBytes)
    throw new DownloadError('protocol', `a state of ${stateLength} bytes is above the limit of ${maxStateBytes}`);
}

/** What a refusal of the owner is to us. */
export function refusal(code: string, reason: string | undefined): DownloadError {
  const said = printable(code, 64);
  return new DownloadError(said, `the owner refused: ${reason === undefined ? said : printable(reason)}`, {
    side: 'remote',
  });
}

function damaged(what: string): Retry {
  return new Retry(new DownloadError('integrity', `${what} arrived damaged`), { refetch: true });
}
