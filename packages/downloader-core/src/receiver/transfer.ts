import type { ConsumeContext, Consumer } from '../base/consumer.ts';
import type { Description } from '../base/description.ts';
import { DownloadError, isDownloadError } from '../base/errors.ts';
import type { Hasher } from '../base/hash.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Ref } from '../base/ref.ts';
import { printable } from '../base/text.ts';
import type { Consumed, End } from '../wire/messages.ts';
import { AdaptiveWindow } from './adaptive-window.ts';
import type { ReceiverContext } from './context.ts';
import { Cursor, type PullPosition } from './cursor.ts';
import { Feeder } from './feeder.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Mailbox } from './mailbox.ts';
import type { DownloadPlan } from './options.ts';
import { readDescription } from './read-description.ts';
import { type Arrival, type ArrivedChunk, Reception } from './reception.ts';
import { Retries } from './retries.ts';
import { Final, Retry } from './retry-error.ts';
import type { Tracker } from './tracker.ts';
import { CreditWindow } from './window.ts';

/** What a transfer works with. */
export interface TransferSetup {
  readonly context: ReceiverContext;
  readonly ref: Ref;
  readonly consumer: Consumer<unknown>;
  readonly told: ConsumeContext;
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
  readonly #cursor: Cursor;
  readonly #retries: Retries;
  readonly #feeder: Feeder;
  readonly #size: AdaptiveWindow;
  /** Beats while the owner has to wait for us. */
  readonly heartbeat: Heartbeat;
  #idleTimeoutMs: number | undefined;
  /** Bytes consumed in the open pull. */
  #pulledBytes = 0;
  /** The chunk of the open pull that was consumed last, while the owner has not been told. */
  #untoldSeq: number | undefined;

  constructor(setup: TransferSetup) {
    const { context, ref, plan, downloadId, tracker, signal } = setup;
    this.#setup = setup;
    this.#size = new AdaptiveWindow(context.clock, plan.windowBytes, plan.maxWindowBytes);
    this.#cursor = new Cursor(setup.consumer, setup.hasher);
    this.heartbeat = new Heartbeat(context.clock, plan.requestTimeoutMs, () =>
      context.wire.post(ref.owner, { kind: 'busy', downloadId, refId: ref.refId }),
    );
    const { heartbeat } = this;
    this.#retries = new Retries({ context, ref, policy: plan.retries, tracker, heartbeat, signal });
    this.#feeder = new Feeder({ context, ref, consumer: setup.consumer, told: setup.told, heartbeat, signal });
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

  /** One pull. Gives the end, or nothing when another pull is to follow at once. */
  async #pull(): Promise<End | undefined> {
    const { mailbox, signal } = this.#setup;
    const window = this.#newWindow();
    const { descriptionBytes } = this.#cursor;
    const { says, segments } = this.#cursor.advance();
    const reception = this.#newReception(says.pullNo, window, descriptionBytes);
    this.#pulledBytes = 0;
    this.#untoldSeq = undefined;
    mailbox.reception = reception;
    try {
      const askedMs = this.#setup.context.clock.now();
      this.#ask(says, segments, window).catch((error: unknown) => reception.fail(error));
      for (let isFirst = true; ; isFirst = false) {
        const next = reception.next(signal);
        const arrival = isPromise(next) ? await next : next;
        if (isFirst) this.#size.answered(this.#setup.context.clock.now() - askedMs);
        if (arrival.is === 'end') return this.#end(arrival.message);
        const isOver = this.#take(arrival, window);
        if (isPromise(isOver) ? await isOver : isOver) return undefined;
      }
    } finally {
      mailbox.reception = undefined;
      reception.close();
    }
  }

  #newWindow(): CreditWindow {
    const { consumer } = this.#setup;
    if (!this.#cursor.begun && !consumer.startsAtBeginning) return new CreditWindow(this.#size, 0);
    return new CreditWindow(this.#size, consumer.strict ? 1 : undefined);
  }

  #newReception(pullNo: number, window: CreditWindow, maxDescriptionBytes: number | undefined): Reception {
    const { context, hasher, plan } = this.#setup;
    const { requestTimeoutMs } = plan;
    const onBusy = (): void => this.#tellConsumed(window);
    return new Reception({
      clock: context.clock,
      hasher,
      pullNo,
      window,
      requestTimeoutMs,
      maxDescriptionBytes,
      onBusy,
    });
  }

  #ask(says: PullPosition, segments: readonly Uint8Array[], window: CreditWindow): Promise<void> {
    const { context, ref, plan, downloadId, hasher, signal } = this.#setup;
    this.heartbeat.said();
    return context.wire.sendBody(
      ref.owner,
      {
        kind: 'pull',
        downloadId,
        refId: ref.refId,
        ...says,
        consumed: this.#consumed(),
        credit: window.granted,
        requestTimeoutMs: plan.requestTimeoutMs,
      },
      { segments, checksum: hasher.checksum(segments) },
      signal,
    );
  }

  /** Takes in an arrival; says whether to pull anew. */
  #take(arrival: Exclude<Arrival, { is: 'end' }>, window: CreditWindow): MaybePromise<boolean> {
    if (arrival.is === 'described') return this.#described(arrival);
    if (this.#cursor.begun) return this.#chunk(arrival, window);
    arrival.release();
    throw this.#undescribed();
  }

  #described({ message, segments }: Extract<Arrival, { is: 'described' }>): MaybePromise<boolean> {
    const { tracker } = this.#setup;
    this.#idleTimeoutMs = message.idleTimeoutMs;
    this.heartbeat.timeoutMs = message.idleTimeoutMs;
    tracker.bytesTotal = message.totalBytes;
    tracker.itemsTotal = message.totalItems;
    this.#cursor.described();
    return this.#cursor.begun ? false : this.#start(readDescription(segments));
  }

  /** Shows the description to the consumer; says whether to pull anew. */
  async #start(description: Description): Promise<boolean> {
    const { consumer, tracker } = this.#setup;
    const begin = await this.#feeder.start(description);
    this.#cursor.begin(begin);
    if (begin.resumedBytes !== undefined) tracker.bytesDone = tracker.resumedBytes = begin.resumedBytes;
    if (begin.resumedItems !== undefined) tracker.itemsDone = begin.resumedItems;
    return !consumer.startsAtBeginning || begin.state !== undefined || begin.request !== undefined;
  }

  /** Something came before the description: it was lost, where chunks were asked for with it. */
  #undescribed(): Error {
    if (this.#setup.consumer.startsAtBeginning)
      return new Retry(new DownloadError('link_lost', 'the description of the object was lost'));
    return new DownloadError('protocol', 'the owner said that all was sent before it was asked');
  }

  #chunk(chunk: ArrivedChunk, window: CreditWindow): MaybePromise<boolean> {
    this.#size.arrived(this.#pulledBytes);
    return andThen(this.#feeder.feed(chunk), (elsewhere) => this.#consumedChunk(chunk, window, elsewhere));
  }

  #consumedChunk(chunk: ArrivedChunk, window: CreditWindow, elsewhere: Uint8Array | undefined): boolean {
    const { tracker } = this.#setup;
    tracker.consumed(chunk.bytes, chunk.items);
    this.#cursor.moveTo(elsewhere ?? chunk.stateBytes);
    this.#retries.recovered();
    tracker.emit('active');
    if (elsewhere) return true;
    this.#grant(chunk, window);
    return false;
  }

  #grant(chunk: ArrivedChunk, window: CreditWindow): void {
    this.#pulledBytes += chunk.bytes;
    this.#size.consumed(this.#pulledBytes);
    this.#untoldSeq = chunk.seq;
    const { upToBytes } = window.granted;
    if (!window.advance(chunk.seq, this.#pulledBytes)) return;
    this.#size.granted(upToBytes);
    this.#tellConsumed(window);
  }

  /**
   * Says what was consumed, unless that was said. Mostly together with more credit, when that is worth a message; but an owner that
   * waits for its source may be waiting for just this, to let go of what is behind (rule S9).
   */
  #tellConsumed(window: CreditWindow): void {
    const consumedSeq = this.#untoldSeq;
    if (consumedSeq === undefined) return;
    this.#untoldSeq = undefined;
    const { context, ref, downloadId } = this.#setup;
    this.heartbeat.said();
    context.wire.post(ref.owner, {
      kind: 'grant',
      downloadId,
      refId: ref.refId,
      pullNo: this.#cursor.pullNo,
      credit: window.granted,
      consumed: this.#consumed(),
      consumedSeq,
    });
  }

  #consumed(): Consumed {
    const { bytesDone, itemsDone } = this.#setup.tracker;
    return { bytes: bytesDone, items: itemsDone };
  }

  #end(end: End): End {
    if (end.status === 'error') {
      const code = printable(end.code ?? 'source_error', 64);
      const message = `the owner reported: ${printable(end.reason ?? code)}`;
      throw new Final(new DownloadError(code, message, { side: 'remote', retryable: false }));
    }
    if (!this.#cursor.begun) throw this.#undescribed();
    return end;
  }

  async #recover(thrown: unknown): Promise<void> {
    const { signal } = this.#setup;
    if (thrown instanceof Final) throw thrown.error;
    const atOnce = thrown instanceof Retry;
    const error = atOnce ? thrown.error : thrown;
    if (signal.aborted || !isDownloadError(error) || !(atOnce || error.retryable)) throw this.#explained(error);
    if (error.code === 'request_unknown' && this.#cursor.sendRequestAgain()) return;
    if (atOnce && thrown.refetch) this.#cursor.refetch();
    await this.#retries.next(error, atOnce, this.#idleTimeoutMs);
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
}
