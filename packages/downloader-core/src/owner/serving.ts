import { busyIntervalMs, every } from '../base/clock.ts';
import { deferred, type Deferred } from '../base/deferred.ts';
import type { Description, Totals } from '../base/description.ts';
import type { Downloadable, State } from '../base/downloadable.ts';
import { DownloadError, isDownloadError } from '../base/errors.ts';
import { isPlainObject } from '../base/plain.ts';
import { childController, orAborted, orLate } from '../base/signals.ts';
import { reasonOf, shortRef } from '../base/text.ts';
import { ChunkDigest } from '../wire/chunk-digest.ts';
import { copyTogether, totalBytes } from '../wire/copies.ts';
import type { Credit, Pull } from '../wire/messages.ts';
import { pack } from '../wire/pack.ts';
import type { Reservation } from './byte-budget.ts';
import type { OwnerContext } from './context.ts';
import { countServed, type LedgerEntry } from './ledger.ts';
import { requestKey } from './request-shelf.ts';
import { type CheckedChunk, type CheckedProduced, checkProduced } from './produced.ts';

/** What one pull asks for, checked. */
export interface PullOrder {
  readonly peerId: string;
  readonly pull: Pull;
  readonly state: State | undefined;
  readonly request: { readonly value: unknown } | undefined;
  /** The owner does not hold the request: a place for it is awaited, then it is asked for. */
  readonly requestMissing: boolean;
}

/** What a serving tells its transaction. */
export interface ServingHost {
  readonly object: Downloadable;
  readonly produceTimeoutMs: number;
  readonly idleTimeoutMs: number;
  describe(): Promise<Description>;
  /** The pull begins or ends to wait for budget or `produce`. */
  waits(by: 1 | -1): void;
  progress(state: 'active' | 'retrying', reason?: string): void;
  /** The object is through, or the receiver failed. Returns the nonce to be confirmed, or nothing. */
  served(status: 'eof' | 'error', reason: string | undefined): string | undefined;
}

// However much credit a receiver gives: what the transport has not taken yet is held here.
const mostSendsAhead = 8;

/** Serves one pull: the description, then chunks as long as credit lasts, then the end (rules S2–S11). */
export class Serving {
  readonly #context: OwnerContext;
  readonly #host: ServingHost;
  readonly #entry: LedgerEntry;
  readonly #order: PullOrder;
  readonly #controller = childController();
  readonly #sends = new Set<Promise<void>>();
  readonly #sentStates: State[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #credit: Credit;
  #passedSeq = 0;
  #sentBytes = 0;
  #sentItems: number | undefined;
  #wake: Deferred<void> | undefined;
  /** Settles when nothing of it runs or is read any more. Never rejects. */
  readonly done: Promise<void>;

  constructor(context: OwnerContext, host: ServingHost, entry: LedgerEntry, order: PullOrder) {
    this.#context = context;
    this.#host = host;
    this.#entry = entry;
    this.#order = order;
    this.#credit = order.pull.credit;
    this.#sentItems = order.pull.consumed.items;
    this.done = this.#run();
  }

  get pullNo(): number {
    return this.#order.pull.pullNo;
  }

  /** Takes more credit; the highest wins, so that loss and repeats do no harm (rule S9). */
  grant(credit: Credit, consumedSeq: number): void {
    this.#credit = {
      upToSeq: Math.max(this.#credit.upToSeq, credit.upToSeq),
      upToBytes: Math.max(this.#credit.upToBytes, credit.upToBytes),
    };
    this.#passTo(consumedSeq);
    this.#wake?.resolve();
  }

  /** Ends it: what runs is signalled, nothing more of it is sent but, when there is one, the refusal. */
  stop(code?: string, reason?: string): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort(new DownloadError('aborted', 'the pull has ended'));
    if (code !== undefined) this.#refuse(code, reason);
  }

  async #run(): Promise<void> {
    try {
      if (this.#order.requestMissing) await this.#awaitRequestPlace();
      else {
        await this.#describe();
        this.#pass(this.#order.state);
        await this.#stream();
      }
    } catch (error) {
      this.#failed(error);
    }
    await Promise.allSettled([...this.#running, ...this.#sends]);
  }

  #failed(error: unknown): void {
    if (this.#controller.signal.aborted) return;
    // A link that is gone takes the pull with it; the receiver comes again by itself.
    if (isDownloadError(error) && (error.code === 'link_lost' || error.code === 'unreachable')) return;
    const code = isDownloadError(error) ? error.code : 'producer_failed';
    const { logger } = this.#context;
    logger.warn(
      `could not serve ref ${shortRef(this.#order.pull.refId)} to ${this.#entry.receiverId}: ${reasonOf(error)}`,
      { code, error },
    );
    if (code === 'producer_failed') this.#host.progress('retrying', code);
    this.stop(code, isDownloadError(error) ? error.message : producerReason(error));
  }

  async #awaitRequestPlace(): Promise<void> {
    const { pull } = this.#order;
    const bytes = pull.request?.bytes ?? 0;
    await this.#waiting(
      this.#context.requests.place(requestKey(pull.refId, this.#entry), bytes, this.#controller.signal),
    );
    this.stop('request_unknown', 'send the request again');
  }

  async #describe(): Promise<void> {
    const { pull, peerId } = this.#order;
    if (!pull.describe) return;
    const description = await this.#waiting(this.#host.describe());
    const totals = await this.#totals(description);
    const segments = pull.describe.totalsOnly ? [] : this.#sendable(describedSegments(description), false);
    if (totalBytes(segments) > pull.describe.maxBytes) {
      throw new DownloadError(
        'limit_exceeded',
        `the description has ${totalBytes(segments)} bytes; the receiver takes ${pull.describe.maxBytes}`,
      );
    }
    const { downloadId, pullNo } = pull;
    const checksum = this.#context.hasher().checksum(segments);
    this.#noteTotals(totals, description);
    this.#entry.wireBytes += totalBytes(segments);
    this.#track(
      this.#context.wire.sendBody(
        peerId,
        { kind: 'described', downloadId, pullNo, ...totals, idleTimeoutMs: this.#host.idleTimeoutMs },
        { segments, checksum },
        this.#controller.signal,
      ),
    );
  }

  async #totals({ totalBytes: bytes, totalItems: items }: Description): Promise<Totals> {
    const { request } = this.#order;
    const { object } = this.#host;
    if (request && object.totals) return this.#waiting(Promise.resolve(object.totals(request.value)));
    return {
      ...(bytes === undefined ? {} : { totalBytes: bytes }),
      ...(items === undefined ? {} : { totalItems: items }),
    };
  }

  #noteTotals(totals: Totals, description: Description): void {
    const entry = this.#entry;
    entry.bytesTotal = totals.totalBytes;
    entry.itemsTotal = totals.totalItems;
    entry.selected = this.#order.request !== undefined && totals.totalBytes !== description.totalBytes;
  }

  async #stream(): Promise<void> {
    const digest = new ChunkDigest(this.#context.hasher());
    for (let { state } = this.#order; ;) {
      await this.#credited(digest.chunks + 1);
      while (this.#sends.size >= mostSendsAhead) await Promise.race(this.#sends);
      const reservation = await this.#reserve();
      const produced = await this.#produce(state, reservation);
      if (this.#controller.signal.aborted) return reservation.release();
      if (produced.status !== 'ok') {
        reservation.release();
        return this.#end(produced, digest);
      }
      reservation.shrink(produced.bytes);
      this.#send(produced, digest, reservation);
      state = produced.state;
    }
  }

  async #credited(seq: number): Promise<void> {
    while (seq > this.#credit.upToSeq || this.#sentBytes >= this.#credit.upToBytes) {
      this.#wake = deferred();
      await orAborted(this.#wake.promise, this.#controller.signal);
    }
  }

  // Who waits for a reservation holds nothing unsent of its own pull (rule M1).
  async #reserve(): Promise<Reservation> {
    const { budget } = this.#context;
    const { maxChunkBytes } = this.#host.object;
    const now = budget.tryReserve(maxChunkBytes);
    if (now) return now;
    await Promise.all(this.#sends);
    return this.#waiting(budget.reserve(maxChunkBytes, this.#controller.signal));
  }

  async #produce(state: State | undefined, reservation: Reservation): Promise<CheckedProduced> {
    const { object } = this.#host;
    const child = childController(this.#controller.signal);
    const running = new Promise((resolve) => {
      resolve(
        object.produce(state, {
          request: this.#order.request?.value,
          receiverId: this.#entry.receiverId,
          signal: child.signal,
        }),
      );
    });
    try {
      const result = await this.#waiting(this.#bounded(running));
      if (result === 'late')
        throw new DownloadError('producer_failed', `produce() took longer than ${this.#host.produceTimeoutMs} ms`);
      return checkProduced(result, object.maxChunkBytes, this.#context.wire.limitsOf(this.#order.peerId).stateBytes);
    } catch (error) {
      child.abort(error);
      // Until it really ends it may hold what was reserved for it.
      this.#running.add(running.catch(() => {}).finally(() => reservation.release()));
      throw error;
    } finally {
      child.detach();
    }
  }

  #bounded(running: Promise<unknown>): Promise<unknown> {
    const { signal } = this.#controller;
    if (this.#host.object.mayWait) return orAborted(running, signal);
    return orAborted(orLate(this.#context.clock, running, this.#host.produceTimeoutMs), signal);
  }

  #send(chunk: CheckedChunk, digest: ChunkDigest, reservation: Reservation): void {
    const { pull, peerId } = this.#order;
    const segments = [...this.#sendable(chunk.segments, chunk.owned), chunk.stateBytes];
    const checksum = this.#context.hasher().checksum(segments);
    digest.add(checksum);
    this.#sentBytes += chunk.bytes;
    if (chunk.items !== undefined) this.#sentItems = (this.#sentItems ?? 0) + chunk.items;
    if (this.#host.object.passed) this.#sentStates.push(chunk.state);
    this.#entry.wireBytes += totalBytes(segments);
    countServed(this.#entry, { bytes: pull.consumed.bytes + this.#sentBytes, items: this.#sentItems });
    const { downloadId, pullNo } = pull;
    const sent = this.#context.wire.sendBody(
      peerId,
      { kind: 'chunk', downloadId, pullNo, seq: digest.chunks, items: chunk.items },
      { segments, checksum },
      this.#controller.signal,
    );
    this.#track(sent.finally(() => this.#sent(chunk, reservation)));
    this.#host.progress('active');
  }

  // A transport that takes ArrayBuffers away may only get those that nobody else uses (rule M4).
  #sendable(segments: readonly Uint8Array[], owned: boolean): readonly Uint8Array[] {
    if (!this.#context.capabilities.detachesBodies) return segments;
    return segments.map((segment) =>
      owned && segment.byteLength === segment.buffer.byteLength ? segment : copyTogether([segment]),
    );
  }

  #sent(chunk: CheckedChunk, reservation: Reservation): void {
    reservation.release();
    const { handsOver, detachesBodies } = this.#context.capabilities;
    if (!handsOver && !detachesBodies) chunk.recycle?.();
  }

  #end(produced: Exclude<CheckedProduced, CheckedChunk>, digest: ChunkDigest): void {
    const { downloadId, pullNo } = this.#order.pull;
    const problem =
      produced.status === 'error' ? { code: produced.code ?? 'source_error', reason: produced.reason } : undefined;
    const nonce = this.#host.served(produced.status, problem?.code);
    this.#track(
      this.#context.wire.send(this.#order.peerId, {
        kind: 'end',
        downloadId,
        pullNo,
        status: produced.status,
        chunks: digest.chunks,
        digest: digest.digest(),
        nonce,
        ...problem,
      }),
    );
  }

  /** Runs `work` as a pull that waits: that is activity, and the receiver hears that we are busy (rules S13, S14). */
  async #waiting<T>(work: Promise<T>): Promise<T> {
    const { clock, wire } = this.#context;
    const { peerId, pull } = this.#order;
    const { downloadId, refId } = pull;
    this.#host.waits(1);
    const stopBusy = every(clock, busyIntervalMs(pull.requestTimeoutMs), () =>
      wire.post(peerId, { kind: 'busy', downloadId, refId }),
    );
    try {
      return await work;
    } finally {
      stopBusy();
      this.#host.waits(-1);
    }
  }

  #track(send: Promise<void>): void {
    const tracked = send.catch((error: unknown) => {
      this.#context.logger.debug(`a message did not go out: ${reasonOf(error)}`);
      this.stop();
    });
    this.#sends.add(tracked);
    void tracked.finally(() => this.#sends.delete(tracked));
  }

  #passTo(consumedSeq: number): void {
    const count = Math.min(consumedSeq - this.#passedSeq, this.#sentStates.length);
    if (count <= 0) return;
    this.#passedSeq += count;
    this.#pass(this.#sentStates.splice(0, count).at(-1));
  }

  #pass(state: State | undefined): void {
    const { object } = this.#host;
    if (state === undefined || !object.passed) return;
    void this.#context.callbacks.run('passed()', () => object.passed?.(this.#entry.receiverId, state));
  }

  #refuse(code: string, reason?: string): void {
    const { downloadId, pullNo } = this.#order.pull;
    this.#context.wire
      .send(this.#order.peerId, { kind: 'refused', downloadId, pullNo, code, reason: reason?.slice(0, 500) })
      .catch(() => {});
  }
}

function describedSegments(description: Description): Uint8Array[] {
  const { body, ...plain } = description;
  if (!isPlainObject(plain)) throw new TypeError('describe() returned something that is no plain object');
  return body ? [pack(plain), body] : [pack(plain)];
}

// What went wrong in detail stays with the owner: a message may name paths.
function producerReason(error: unknown): string {
  return `produce() failed (${error instanceof Error ? error.name : 'thrown value'})`;
}
