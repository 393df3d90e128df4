import { type Clock, systemClock } from '../base/clock.ts';
import type { Consumer } from '../base/consumer.ts';
import { DownloadError, invalidArgument } from '../base/errors.ts';
import { type Hasher, loadHasher } from '../base/hash.ts';
import { guardLogger, type Logger, silentLogger } from '../base/logger.ts';
import { type Random, systemRandom } from '../base/random.ts';
import type { Ref } from '../base/ref.ts';
import { Roll } from '../base/roll.ts';
import { JoinedSignals } from '../base/signals.ts';
import { idProblem } from '../base/text.ts';
import type { IncomingMessage, PeerLink, Transport } from '../base/transport.ts';
import { Callbacks } from '../owner/callbacks.ts';
import type { TransactionOptions } from '../owner/options.ts';
import type { Outcome } from '../owner/outcome.ts';
import { type Keeping, Owner } from '../owner/owner.ts';
import type { Transaction } from '../owner/transaction.ts';
import type { ReceiverContext } from '../receiver/context.ts';
import { download } from '../receiver/download.ts';
import type { DownloadOptions } from '../receiver/options.ts';
import { leastMessageBytes } from '../wire/limits.ts';
import { dispatch } from './dispatch.ts';
import { type BudgetStats, budgetStats, makeOwnerMemory, type OwnerMemory } from './owner-memory.ts';
import { Receivers } from './receivers.ts';
import { Sessions } from './sessions.ts';

/** What a service is made of. Durations are milliseconds. */
export interface DownloadServiceOptions {
  /** Carries the messages; from now on the service's own, and closed with it. One service per transport (rule W8). */
  readonly transport: Transport;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Bytes of chunks, requests and caches that the owner's side may hold. Default 256 MiB. */
  readonly budgetBytes?: number;
  /** How long a receiver may leave what was sent to it while others wait for the memory. Default 5,000. */
  readonly stallMs?: number;
  /** How long finished refs answer. Default 30 minutes. */
  readonly tombstoneMs?: number;
  /** How many finished refs answer at most; the oldest are forgotten first. Default 100,000. */
  readonly maxTombstones?: number;
  /** How long outcomes are kept. Default 30 minutes. */
  readonly outcomeMs?: number;
  /** How many outcomes are kept at most; the oldest are forgotten first. Default 10,000. */
  readonly maxOutcomes?: number;
  /** How long one callback may take before the engine goes on without it. Default 10,000. */
  readonly callbackTimeoutMs?: number;
  /** How long the end of a transaction waits for what still runs. Default 60,000. */
  readonly drainMs?: number;
  /** What tells the time and sets timers. Default: the platform's. */
  readonly clock?: Clock;
  /** Where ids, nonces and jitter come from. Default: the platform's. */
  readonly random?: Random;
}

const mebibyte = 1024 * 1024;
const halfAnHourMs = 30 * 60 * 1000;

/** Hands objects to receivers and gets them from owners, over one transport. */
export class DownloadService implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #sessions: Sessions;
  readonly #callbacks: Callbacks;
  readonly #owner: Owner;
  readonly #receivers = new Receivers();
  readonly #receiverContext: ReceiverContext;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #memory: OwnerMemory;
  readonly #early: [IncomingMessage, PeerLink][] = [];
  readonly #loading: Promise<Hasher>;
  readonly #detach: readonly (() => void)[];
  readonly #downloads = new Roll<Promise<void>>();
  #hasher: Hasher | undefined;
  #shutdown: Promise<void> | undefined;

  /** Throws `invalid_argument`. */
  constructor(options: DownloadServiceOptions) {
    const { transport, clock = systemClock, random = systemRandom } = options;
    const { capabilities } = transport;
    checkTransport(transport);
    this.#transport = transport;
    const logger = guardLogger(options.logger ?? silentLogger);
    this.#logger = logger;
    this.#sessions = new Sessions(transport, clock, logger, (peerId, error) => this.#onEnded(peerId, error));
    this.#callbacks = new Callbacks(clock, logger, positive('callbackTimeoutMs', options.callbackTimeoutMs, 10_000));
    this.#memory = makeOwnerMemory(
      clock,
      positive('budgetBytes', options.budgetBytes, 256 * mebibyte),
      positive('stallMs', options.stallMs, 5000),
    );
    this.#owner = new Owner(
      {
        clock,
        random,
        logger,
        callbacks: this.#callbacks,
        wire: this.#sessions,
        ...this.#memory,
        hasher: () => this.#hasher as Hasher,
        capabilities,
        endpointId: transport.endpointId,
        addresses: () => transport.addresses,
        drainMs: positive('drainMs', options.drainMs, 60_000),
      },
      tombstonesKept(options),
      outcomesKept(options),
    );
    this.#loading = loadHasher();
    this.#receiverContext = {
      clock,
      random,
      logger,
      wire: this.#sessions,
      hasher: () => this.#hasher ?? this.#loading,
      capabilities,
      signals: new JoinedSignals(this.#closing.signal),
      attach: (ownerId, downloadId, inbox) => this.#receivers.attach(ownerId, downloadId, inbox),
      addAddresses: (ownerId, addresses) => transport.addAddresses?.(ownerId, addresses),
      wasRestarted: (ownerId) => this.#sessions.wasRestarted(ownerId),
    };
    this.#detach = [
      transport.onMessage((message, link) => this.#onMessage(message, link)),
      transport.onPeerLost((link, cause) => this.#sessions.onLost(link, cause)),
    ];
    void this.#loading.then((hasher) => this.#begin(hasher));
  }

  /** Who we are to others. */
  get endpointId(): string {
    return this.#transport.endpointId;
  }

  /** Opens a transaction. Throws `invalid_argument`, `transaction_exists` or `service_closed`. */
  newTransaction(options: TransactionOptions): Transaction {
    this.#checkOpen();
    return this.#owner.open(options);
  }

  /** A transaction that is live or settling. */
  transaction(transactionId: string): Transaction | undefined {
    return this.#owner.find(transactionId);
  }

  /** The transaction of a live ref. */
  transactionOf(refId: string): Transaction | undefined {
    return this.#owner.transactionOf(refId);
  }

  /** The kept outcome of a transaction that has ended (rule O4). */
  outcome(transactionId: string): Outcome | undefined {
    return this.#owner.outcome(transactionId);
  }

  /** Ends a transaction as `deleted`. One that is unknown or has ended: nothing happens (rule E6). */
  async deleteTransaction(transactionId: string): Promise<void> {
    await this.#owner.find(transactionId)?.delete();
  }

  /** What the service holds just now, in bytes and numbers. */
  stats(): ServiceStats {
    return {
      budget: budgetStats(this.#memory, this.#owner.held()),
      transactions: this.#owner.all().length,
      downloads: this.#receivers.size,
    };
  }

  /** Used by {@link downloadObject}, which is what applications call. */
  download<R>(ref: Ref, consumer: Consumer<R>, options: DownloadOptions): Promise<R> {
    this.#checkOpen();
    const running = download(this.#receiverContext, ref, consumer, options);
    const ended = running.then(
      () => {},
      () => {},
    );
    const place = this.#downloads.add(ended);
    void ended.then(() => this.#downloads.delete(place));
    return running;
  }

  /** Ends everything: transactions as `deleted`, downloads as `service_closed`, then the transport. Never rejects. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #close(): Promise<void> {
    this.#closing.abort(new DownloadError('service_closed', 'the service was shut down'));
    await Promise.all(this.#owner.all().map((transaction) => transaction.delete()));
    await Promise.all(this.#downloads);
    this.#owner.clear();
    this.#sessions.close();
    this.#callbacks.close();
    for (const detach of this.#detach) detach();
    await this.#transport
      .close()
      .catch((error: unknown) => this.#logger.warn('the transport did not close well', { error }));
  }

  // Nothing can be checked before the checksum code is there; it takes a moment, once per process.
  #onMessage(message: IncomingMessage, link: PeerLink): void {
    if (this.#hasher) this.#dispatch(message, link);
    else this.#early.push([message, link]);
  }

  #begin(hasher: Hasher): void {
    this.#hasher = hasher;
    if (this.#closing.signal.aborted) return;
    for (const [message, link] of this.#early.splice(0)) this.#dispatch(message, link);
  }

  #dispatch(message: IncomingMessage, link: PeerLink): void {
    dispatch(
      { owner: this.#owner, receivers: this.#receivers, sessions: this.#sessions, logger: this.#logger },
      message,
      link,
    );
  }

  #onEnded(peerId: string, error: DownloadError): void {
    this.#owner.peerLost(peerId);
    this.#receivers.lost(peerId, error);
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted)
      throw new DownloadError('service_closed', 'the service was shut down', { side: 'local' });
  }
}

/** See {@link DownloadService.stats}. */
export interface ServiceStats {
  /** Memory of the owner's side. */
  readonly budget: BudgetStats;
  /** Transactions that are live or settling. */
  readonly transactions: number;
  /** Downloads that are open. */
  readonly downloads: number;
}

function tombstonesKept({ tombstoneMs, maxTombstones }: DownloadServiceOptions): Keeping {
  const ttlMs = positive('tombstoneMs', tombstoneMs, halfAnHourMs);
  return { ttlMs, capacity: positive('maxTombstones', maxTombstones, 100_000) };
}

function outcomesKept({ outcomeMs, maxOutcomes }: DownloadServiceOptions): Keeping {
  const ttlMs = positive('outcomeMs', outcomeMs, halfAnHourMs);
  return { ttlMs, capacity: positive('maxOutcomes', maxOutcomes, 10_000) };
}

function checkTransport({ endpointId, instanceId, capabilities }: Transport): void {
  const problem = idProblem(endpointId) ?? idProblem(instanceId);
  if (problem) invalidArgument('transport', `has an endpoint or instance id that ${problem}`);
  if (capabilities.maxMessageBytes < leastMessageBytes)
    invalidArgument('transport', 'carries messages of less than 131,072 bytes');
}

function positive(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  return Number.isFinite(value) && value > 0 ? value : invalidArgument(name, 'must be a positive, finite number');
}
