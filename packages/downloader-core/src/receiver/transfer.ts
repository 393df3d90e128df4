import { busyIntervalMs, every } from '../base/clock.ts';
import type { ConsumeContext, Consumer } from '../base/consumer.ts';
import type { State } from '../base/downloadable.ts';
import { asDownloadError, DownloadError, isDownloadError } from '../base/errors.ts';
import { equalBytes, type Hasher } from '../base/hash.ts';
import { isPlainObject } from '../base/plain.ts';
import type { Ref } from '../base/ref.ts';
import { delay, orAborted } from '../base/signals.ts';
import { printable, reasonOf, shortRef } from '../base/text.ts';
import { defaultDescriptionBytes, maxRequestBytes, maxStateBytes } from '../wire/limits.ts';
import type { End, Pull } from '../wire/messages.ts';
import { pack, packCanonical, unpack } from '../wire/pack.ts';
import type { ReceiverContext } from './context.ts';
import { deliverable } from './deliver.ts';
import type { Mailbox } from './mailbox.ts';
import type { DownloadPlan } from './options.ts';
import { readDescription } from './read-description.ts';
import { type Arrival, type ArrivedChunk, Reception } from './reception.ts';
import { backoffMs } from './retry.ts';
import { Retry } from './retry-error.ts';
import type { Tracker } from './tracker.ts';
import { CreditWindow } from './window.ts';

/** What a transfer works with. */
export interface TransferSetup {
  readonly context: ReceiverContext;
  readonly ref: Ref;
  readonly consumer: Consumer<unknown>;
  readonly plan: DownloadPlan;
  readonly downloadId: string;
  readonly hasher: Hasher;
  readonly mailbox: Mailbox;
  readonly tracker: Tracker;
  readonly signal: AbortSignal;
}

/** Pulls until the owner says that all was sent, from the last consumed state after every failure (rules L2, L3, L5). */
export class Transfer {
  readonly #setup: TransferSetup;
  #pullNo = 0;
  #position: Uint8Array = new Uint8Array(0);
  #request: { readonly bytes: Uint8Array; readonly checksum: Uint8Array } | undefined;
  /** Whether the next pull carries the request's bytes. */
  #carriesRequest = false;
  #wants: 'description' | 'totals' | undefined;
  #begun: boolean;
  #failures = 0;
  #refetch = false;
  #warnedOfJump = false;
  #idleTimeoutMs: number | undefined;
  /** Bytes consumed in the open pull. */
  #pulledBytes = 0;

  constructor(setup: TransferSetup) {
    this.#setup = setup;
    this.#begun = setup.consumer.start === undefined;
    this.#wants = this.#begun ? 'totals' : 'description';
  }

  /** How long the owner lets us be silent, once it told. */
  get idleTimeoutMs(): number | undefined {
    return this.#idleTimeoutMs;
  }

  async run(): Promise<End> {
    for (;;) {
      try {
        const end = await this.#pull();
        if (end) return end;
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** Runs what the owner has to wait for; it hears that we are busy (rule S14). */
  async owing<T>(work: PromiseLike<T>): Promise<T> {
    const { context, ref, downloadId, plan } = this.#setup;
    const intervalMs = busyIntervalMs(this.#idleTimeoutMs ?? plan.requestTimeoutMs);
    const stop = every(context.clock, intervalMs, () =>
      context.wire.post(ref.owner, { kind: 'busy', downloadId, refId: ref.refId }),
    );
    try {
      return await work;
    } finally {
      stop();
    }
  }

  /** One pull. Gives the end, or nothing when another pull is to follow at once. */
  async #pull(): Promise<End | undefined> {
    const { context, consumer, plan, mailbox, hasher, signal } = this.#setup;
    this.#pullNo += 1;
    const window = new CreditWindow(plan.windowBytes, this.#begun ? (consumer.strict ? 1 : undefined) : 0);
    const reception = new Reception({
      clock: context.clock,
      hasher,
      pullNo: this.#pullNo,
      window,
      requestTimeoutMs: plan.requestTimeoutMs,
      maxDescriptionBytes: consumer.maxDescriptionBytes ?? defaultDescriptionBytes,
    });
    mailbox.reception = reception;
    try {
      this.#ask(window).catch((error: unknown) => reception.fail(error));
      for (;;) {
        const arrival = await reception.next(signal);
        if (arrival.is === 'end') return endOf(arrival.message);
        if (await this.#take(arrival, window)) return undefined;
      }
    } finally {
      mailbox.reception = undefined;
      reception.close();
    }
  }

  #ask(window: CreditWindow): Promise<void> {
    const { context, ref, consumer, plan, downloadId, hasher, tracker, signal } = this.#setup;
    const request = this.#request;
    const segments = request && this.#carriesRequest ? [this.#position, request.bytes] : [this.#position];
    const message: Omit<Pull, 'body'> = {
      kind: 'pull',
      downloadId,
      pullNo: this.#pullNo,
      refId: ref.refId,
      consumed: { bytes: tracker.bytesDone, items: tracker.itemsDone },
      credit: window.granted,
      describe: this.#wants && {
        maxBytes: consumer.maxDescriptionBytes ?? defaultDescriptionBytes,
        totalsOnly: this.#wants === 'totals' || undefined,
      },
      request: request && { checksum: request.checksum, bytes: request.bytes.byteLength },
      refetch: this.#refetch || undefined,
      requestTimeoutMs: plan.requestTimeoutMs,
    };
    this.#refetch = false;
    return context.wire.sendBody(ref.owner, message, { segments, checksum: hasher.checksum(segments) }, signal);
  }

  /** Takes in an arrival; says whether to pull anew. */
  #take(arrival: Exclude<Arrival, { is: 'end' }>, window: CreditWindow): Promise<boolean> {
    return arrival.is === 'described' ? this.#described(arrival) : this.#chunk(arrival, window);
  }

  async #described({ message, segments }: Extract<Arrival, { is: 'described' }>): Promise<boolean> {
    const { tracker, consumer, signal } = this.#setup;
    this.#idleTimeoutMs = message.idleTimeoutMs;
    tracker.bytesTotal = message.totalBytes;
    tracker.itemsTotal = message.totalItems;
    this.#carriesRequest = false;
    if (this.#wants === 'totals' || this.#begun || !consumer.start) {
      this.#wants = undefined;
      return false;
    }
    const description = readDescription(segments);
    const starting = consumerCall(() => consumer.start?.(description, this.#consumeContext()));
    const begin = await orAborted(this.owing(starting), signal);
    this.#begin(begin ?? {});
    return true;
  }

  #begin({
    state,
    request,
    resumedBytes,
    resumedItems,
  }: {
    state?: State;
    request?: unknown;
    resumedBytes?: number;
    resumedItems?: number;
  }): void {
    const { tracker } = this.#setup;
    this.#begun = true;
    this.#wants = undefined;
    if (state !== undefined) this.#position = packed('a state', state, maxStateBytes);
    if (resumedBytes !== undefined) tracker.bytesDone = tracker.resumedBytes = resumedBytes;
    if (resumedItems !== undefined) tracker.itemsDone = resumedItems;
    if (request === undefined) return;
    const bytes = packed('a request', request, maxRequestBytes);
    this.#request = { bytes, checksum: this.#setup.hasher.checksum([bytes]) };
    this.#carriesRequest = true;
    this.#wants = 'totals';
  }

  async #chunk(chunk: ArrivedChunk, window: CreditWindow): Promise<boolean> {
    const { consumer, tracker } = this.#setup;
    const state = this.#readState(chunk.stateBytes);
    const returned = await this.#consume(chunk, state);
    tracker.consumed(chunk.bytes, chunk.items);
    this.#position = chunk.stateBytes;
    this.#recovered();
    tracker.emit('active');
    if (consumer.strict) {
      this.#position = packed('a state', returned, maxStateBytes);
      return true;
    }
    if (returned !== undefined && this.#jumps(returned, chunk.stateBytes)) return true;
    this.#grant(chunk, window);
    return false;
  }

  async #consume(chunk: ArrivedChunk, state: State): Promise<unknown> {
    const { context, consumer, signal } = this.#setup;
    const isShared = context.capabilities.handsOver === true;
    const data = deliverable(chunk.data, consumer, isShared);
    const consuming = consumerCall(() => consumer.consume(data, state, this.#consumeContext()));
    // An aborted consumer may still read: the memory is given back only when it has settled.
    if (!consumer.keepsBytes) consuming.then(chunk.release, chunk.release);
    return orAborted(this.owing(consuming), signal);
  }

  /** Whether the consumer wants to go on elsewhere than where the owner already is. */
  #jumps(returned: unknown, stateBytes: Uint8Array): boolean {
    const position = packed('a state', returned, maxStateBytes);
    if (equalBytes(packCanonical(returned as State), packCanonical(unpack(stateBytes)))) return false;
    this.#position = position;
    if (!this.#warnedOfJump) {
      this.#setup.context.logger.warn(
        `the consumer of ref ${shortRef(this.#setup.ref.refId)} returned another state than it was given: what was sent ahead is dropped`,
      );
    }
    this.#warnedOfJump = true;
    return true;
  }

  #grant(chunk: ArrivedChunk, window: CreditWindow): void {
    const { context, ref, downloadId, tracker } = this.#setup;
    this.#pulledBytes = chunk.seq === 1 ? chunk.bytes : this.#pulledBytes + chunk.bytes;
    const credit = window.advance(chunk.seq, this.#pulledBytes);
    if (!credit) return;
    const consumed = { bytes: tracker.bytesDone, items: tracker.itemsDone };
    const { refId } = ref;
    context.wire.post(ref.owner, {
      kind: 'grant',
      downloadId,
      refId,
      pullNo: this.#pullNo,
      credit,
      consumed,
      consumedSeq: chunk.seq,
    });
  }

  async #recover(thrown: unknown): Promise<void> {
    const { context, plan, ref, signal, tracker } = this.#setup;
    const atOnce = thrown instanceof Retry;
    const error = atOnce ? thrown.error : thrown;
    if (signal.aborted || !isDownloadError(error) || !(atOnce || error.retryable)) throw this.#explained(error);
    if (error.code === 'request_unknown' && !this.#carriesRequest) {
      this.#carriesRequest = true;
      return;
    }
    const { maxRetries } = plan.retries;
    if (this.#failures >= maxRetries) throw error;
    this.#failures += 1;
    this.#refetch = atOnce && thrown.refetch;
    const waitMs = atOnce ? 0 : backoffMs(plan.retries, this.#failures, this.#idleTimeoutMs, context.random.fraction());
    context.logger.warn(
      `retry ${this.#failures} of ${maxRetries} of ref ${shortRef(ref.refId)} in ${waitMs} ms: ${error.message}`,
      {
        retry: this.#failures,
        maxRetries,
        waitMs,
        code: error.code,
      },
    );
    tracker.emit('retrying', { reason: error.code });
    if (waitMs > 0) await this.owing(delay(context.clock, waitMs, signal));
  }

  #recovered(): void {
    if (this.#failures === 0) return;
    const { context, ref } = this.#setup;
    context.logger.info(`recovered ref ${shortRef(ref.refId)} after ${this.#failures} retries`, {
      retries: this.#failures,
    });
    this.#failures = 0;
  }

  #explained(error: unknown): unknown {
    const { context, ref } = this.#setup;
    if (!isDownloadError(error) || error.code !== 'unknown_ref' || !context.wasRestarted(ref.owner)) return error;
    return new DownloadError(
      'unknown_ref',
      `the owner ${printable(ref.owner)} was restarted and does not know the ref any more`,
      { cause: error },
    );
  }

  #readState(bytes: Uint8Array): State {
    const { stateSchema } = this.#setup.consumer;
    try {
      const state = unpack(bytes);
      return stateSchema ? stateSchema.parse(state) : state;
    } catch (error) {
      throw new DownloadError('protocol', `the owner sent a state that cannot be: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  #consumeContext(): ConsumeContext {
    const { ref, signal } = this.#setup;
    return { refId: ref.refId, ownerId: ref.owner, signal };
  }
}

/** Calls the consumer: what it throws is its failure, unless it says better what happened. */
export async function consumerCall<T>(call: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asDownloadError(error, 'consumer_failed', { side: 'local' });
  }
}

function endOf(end: End): End {
  if (end.status === 'eof') return end;
  const code = printable(end.code ?? 'source_error', 64);
  throw new DownloadError(code, `the owner reported: ${printable(end.reason ?? code)}`, {
    side: 'remote',
    retryable: false,
  });
}

function packed(what: string, value: unknown, maxBytes: number): Uint8Array {
  if (!isPlainObject(value))
    throw new DownloadError('consumer_failed', `the consumer returned ${what} that is no plain object`);
  const bytes = pack(value);
  if (bytes.byteLength > maxBytes)
    throw new DownloadError(
      'consumer_failed',
      `the consumer returned ${what} of ${bytes.byteLength} bytes, above ${maxBytes}`,
    );
  return bytes;
}
