import {
  type Description,
  type Downloadable,
  downloadable,
  type ProduceContext,
  type Produced,
  type ProducedError,
  type ReceiverStatus,
  type Schema,
  type State,
  type Totals,
  type TransactionEnd,
  type TransactionInfo,
} from '@towline/downloader-core/spi';

/** Another object, whose errors are told here too: once, however many receivers get them. May be released twice. */
export class WatchedSource<S extends State, Q> implements Downloadable<S, Q> {
  readonly [downloadable] = true as const;
  readonly kind?: string;
  readonly stateSchema: Schema<S>;
  readonly requestSchema?: Schema<Q>;
  readonly maxChunkBytes: number;
  readonly mayWait: boolean;
  readonly sharesChunks: boolean;
  readonly #inner: Downloadable<S, Q>;
  readonly #onError: (error: ProducedError) => void;
  #told = false;
  #released: Promise<void> | undefined;

  constructor(inner: Downloadable<S, Q>, onError: (error: ProducedError) => void) {
    this.#inner = inner;
    this.#onError = onError;
    if (inner.kind !== undefined) this.kind = inner.kind;
    this.stateSchema = inner.stateSchema;
    if (inner.requestSchema) this.requestSchema = inner.requestSchema;
    this.maxChunkBytes = inner.maxChunkBytes;
    this.mayWait = inner.mayWait ?? false;
    this.sharesChunks = inner.sharesChunks ?? true;
  }

  async produce(state: S | undefined, context: ProduceContext<Q>): Promise<Produced<S>> {
    const produced = await this.#inner.produce(state, context);
    if (produced.status === 'error' && !this.#told) {
      this.#told = true;
      this.#onError(produced);
    }
    return produced;
  }

  describe(): Description | Promise<Description> {
    return this.#inner.describe?.() ?? {};
  }

  totals(request: Q): Totals | Promise<Totals> {
    return this.#inner.totals?.(request) ?? {};
  }

  passed(receiverId: string, state: S): void {
    this.#inner.passed?.(receiverId, state);
  }

  setTransaction(info: TransactionInfo, refId: string): void {
    this.#inner.setTransaction?.(info, refId);
  }

  downloadedToOne(receiverId: string, status: ReceiverStatus): void | Promise<void> {
    return this.#inner.downloadedToOne?.(receiverId, status);
  }

  downloadedToAll(): void | Promise<void> {
    return this.#inner.downloadedToAll?.();
  }

  transactionDone(transactionId: string, end: TransactionEnd): void | Promise<void> {
    return this.#inner.transactionDone?.(transactionId, end);
  }

  release(): Promise<void> {
    this.#released ??= Promise.resolve(this.#inner.release?.());
    return this.#released;
  }
}
