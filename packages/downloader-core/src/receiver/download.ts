import { type ConsumeContext, type Consumer, isConsumer } from '../base/consumer.ts';
import { asDownloadError, DownloadError, invalidArgument } from '../base/errors.ts';
import { isPromise } from '../base/maybe-promise.ts';
import { parseRef, type Ref } from '../base/ref.ts';
import { LazySignal, orAborted } from '../base/signals.ts';
import { printable, reasonOf, shortRef } from '../base/text.ts';
import type { End } from '../wire/messages.ts';
import { confirm } from './confirm.ts';
import { consumerCall } from './consumer-call.ts';
import type { ReceiverContext } from './context.ts';
import { Mailbox } from './mailbox.ts';
import { type DownloadOptions, type DownloadPlan, planDownload } from './options.ts';
import { Final } from './retry-error.ts';
import { Tracker } from './tracker.ts';
import { Transfer } from './transfer.ts';

// An adapter's code can be any text; a longer one would make the message malformed.
const longestCode = 64;

/** Downloads one object (section L of the contract). Throws `invalid_argument` before anything is begun. */
export function download<R>(
  context: ReceiverContext,
  ref: Ref,
  consumer: Consumer<R>,
  options: DownloadOptions,
): Promise<R> {
  const checked = parseRef(ref);
  if (!isConsumer(consumer)) invalidArgument('consumer', 'does not implement Consumer');
  return new Download(context, checked, consumer, planDownload(options)).run();
}

class Download<R> {
  readonly #context: ReceiverContext;
  readonly #ref: Ref;
  readonly #consumer: Consumer<R>;
  readonly #plan: DownloadPlan;
  readonly #downloadId: string;
  readonly #mailbox = new Mailbox();
  readonly #tracker: Tracker;
  readonly #signal: AbortSignal;
  /** What the consumer sees of it. */
  readonly #shown: LazySignal;
  readonly #told: ConsumeContext;
  readonly #startedMs: number;
  #transfer: Transfer | undefined;

  constructor(context: ReceiverContext, ref: Ref, consumer: Consumer<R>, plan: DownloadPlan) {
    this.#context = context;
    this.#ref = ref;
    this.#consumer = consumer;
    this.#plan = plan;
    this.#downloadId = `D${context.random.uuid()}`;
    this.#tracker = new Tracker(context.clock, context.logger, ref, plan.progressIntervalMs, plan.onProgress);
    this.#signal = context.signals.join(plan.signal);
    const shown = (this.#shown = new LazySignal(this.#signal));
    this.#told = {
      refId: ref.refId,
      ownerId: ref.owner,
      get signal() {
        return shown.signal;
      },
    };
    this.#startedMs = context.clock.now();
  }

  async run(): Promise<R> {
    try {
      return await this.#attached();
    } finally {
      this.#shown.detach();
      this.#context.signals.leave(this.#plan.signal);
    }
  }

  async #attached(): Promise<R> {
    const { owner, addresses } = this.#ref;
    if (addresses) this.#context.addAddresses(owner, addresses);
    const detach = this.#context.attach(owner, this.#downloadId, this.#mailbox);
    this.#tracker.emit('started');
    try {
      const end = await this.#receive();
      return await this.#complete(end);
    } finally {
      detach();
    }
  }

  async #receive(): Promise<End> {
    const signal = this.#signal;
    try {
      const loaded = this.#context.hasher();
      const hasher = isPromise(loaded) ? await orAborted(loaded, signal) : loaded;
      signal.throwIfAborted();
      this.#transfer = new Transfer({
        context: this.#context,
        ref: this.#ref,
        consumer: this.#consumer,
        told: this.#told,
        plan: this.#plan,
        downloadId: this.#downloadId,
        hasher,
        mailbox: this.#mailbox,
        tracker: this.#tracker,
        signal,
      });
      return await this.#transfer.run();
    } catch (thrown) {
      const error = this.#interruption() ?? this.#explain(thrown);
      this.#cancel(error);
      throw await this.#fail(error, {});
    }
  }

  /** From here on the consumer's result decides; an abort only ends the wait for the acknowledgement (rule L4). */
  async #complete(end: End): Promise<R> {
    let result: R;
    try {
      const completing = consumerCall(() => this.#consumer.downloadCompleted(this.#told));
      result = await (this.#transfer?.heartbeat.during(completing) ?? completing);
    } catch (thrown) {
      const error = this.#explain(thrown);
      throw await this.#fail(error, { acknowledged: await this.#confirm(end, 'failed', error.code) });
    }
    const acknowledged = await this.#confirm(end, 'success');
    this.#logDone(acknowledged);
    this.#tracker.emit('completed', { acknowledged });
    return result;
  }

  // Without a nonce the owner asks for nothing: it has recorded us already.
  async #confirm({ nonce }: End, status: 'success' | 'failed', reason?: string): Promise<boolean> {
    if (nonce === undefined) return true;
    const { refId } = this.#ref;
    return confirm({
      context: this.#context,
      ref: this.#ref,
      mailbox: this.#mailbox,
      retries: this.#plan.retries,
      idleTimeoutMs: this.#transfer?.idleTimeoutMs,
      signal: this.#signal,
      message: {
        kind: 'confirm',
        downloadId: this.#downloadId,
        refId,
        nonce,
        status,
        ...(reason === undefined ? {} : { reason }),
      },
    });
  }

  /** Tells the owner that we give up (rule D6), once; not where it never heard of us, or gave our place to another. */
  #cancel(error: DownloadError): void {
    if (!this.#transfer || error.code === 'replaced') return;
    const { owner, refId } = this.#ref;
    const interrupted = error.code === 'aborted' || error.code === 'service_closed';
    const final = !(interrupted && this.#plan.resumable);
    this.#context.wire.post(owner, {
      kind: 'cancel',
      downloadId: this.#downloadId,
      refId,
      final,
      code: error.code.slice(0, longestCode),
    });
  }

  async #fail(error: DownloadError, details: { readonly acknowledged?: boolean }): Promise<DownloadError> {
    const { logger } = this.#context;
    try {
      await this.#consumer.downloadFailed(error);
    } catch (thrown) {
      logger.error(`downloadFailed() threw: ${reasonOf(thrown)}`, { error: thrown });
    }
    logger.warn(`failed: ${error.message}`, {
      code: error.code,
      refId: shortRef(this.#ref.refId),
      bytes: this.#tracker.bytesDone,
    });
    this.#tracker.emit(error.code === 'aborted' ? 'aborted' : 'failed', { reason: error.code, ...details });
    return error;
  }

  #interruption(): DownloadError | undefined {
    const { signal } = this.#plan;
    if (this.#context.signals.common.aborted)
      return new DownloadError('service_closed', `the service was shut down ${this.#where()}`, this.#about());
    if (!signal?.aborted) return undefined;
    return new DownloadError('aborted', `the download was aborted ${this.#where()}`, {
      ...this.#about(),
      cause: signal.reason,
    });
  }

  #explain(thrown: unknown): DownloadError {
    const error = asDownloadError(thrown instanceof Final ? thrown.error : thrown, 'consumer_failed');
    if (error.refId !== undefined) return error;
    const { code, side, retryable, message } = error;
    return new DownloadError(code, `${message} ${this.#where()}`, {
      ...this.#about(),
      side,
      retryable,
      cause: error.cause ?? error,
    });
  }

  #about(): { refId: string; peer: string } {
    return { refId: this.#ref.refId, peer: this.#ref.owner };
  }

  #where(): string {
    return `(ref ${shortRef(this.#ref.refId)}, owner ${printable(this.#ref.owner)})`;
  }

  #logDone(acknowledged: boolean): void {
    const { clock, logger } = this.#context;
    const seconds = (clock.now() - this.#startedMs) / 1000;
    const bytes = this.#tracker.bytesDone;
    const bytesPerSecond = seconds > 0 ? Math.round(bytes / seconds) : 0;
    const heard = acknowledged ? '' : ', but the owner did not acknowledge it';
    logger.info(
      `done: ref ${shortRef(this.#ref.refId)}, ${bytes} bytes, ${seconds.toFixed(1)} s, ${bytesPerSecond} bytes/s${heard}`,
      {
        bytes,
        seconds,
        bytesPerSecond,
        acknowledged,
      },
    );
  }
}
