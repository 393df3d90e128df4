import { RecordBatch, type Schema as TableSchema } from 'apache-arrow';
import {
  chunkBytesOf,
  type Clock,
  type Description,
  downloadable,
  type Downloadable,
  invalidOption,
  isDownloadError,
  onAbort,
  type ProduceContext,
  type Produced,
  type ProducedError,
  reasonOf,
  type Schema,
  systemClock,
  type TransactionInfo,
} from '@towline/downloader-core/spi';
import { foreignArrow } from '../table-downloadable.ts';
import { arrowKind, describeArrow } from '../transfer/description.ts';
import { type ArrowSourceOptions, type ArrowState, stateSchema } from '../transfer/positioned-downloadable.ts';
import { type ArrowRequest, isPart, requestSchema } from '../transfer/request.ts';
import { encodeTrailer, trailerBytes } from '../transfer/trailer.ts';
import { StreamEncoder } from '../values/stream-encoder.ts';
import { LiveBuffer } from './live-buffer.ts';
import { PaceKeeper } from './pace-keeper.ts';

/** Options of {@link BatchesDownloadable.open}. */
export interface BatchesSourceOptions extends Omit<ArrowSourceOptions, 'selection'> {
  /** The name that receivers see. Default `batches.arrows`. */
  readonly name?: string | undefined;
  /** The schema of all batches. Default: that of the first one, which is then waited for. */
  readonly schema?: TableSchema | undefined;
  /**
   * How many bytes are kept for slower receivers, beside the service's budget. Default 64 MiB. Less than a quarter of a receiver's
   * largest window (8 MiB) works, but slowly: that often it says how far it is, and else only when it hears that we wait.
   */
  readonly bufferBytes?: number | undefined;
  /** How long a full buffer waits for the slowest receivers, before it goes on without them. Default: as long as the transaction does. */
  readonly maxLagMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

const defaultBufferBytes = 64 * 2 ** 20;

/**
 * Batches of a source that can be read only once: each is read when there is room for it, kept until every receiver that is waited
 * for has passed it, and then let go. All go at the pace of the slowest of them once the buffer is full. Who needs what is gone
 * gets `source_passed`. Parts cannot be asked for.
 */
export class BatchesDownloadable implements Downloadable<ArrowState, ArrowRequest> {
  readonly [downloadable] = true as const;
  readonly kind: string = arrowKind;
  readonly mayWait = true;
  // Each chunk is in memory already.
  readonly sharesChunks = false;
  readonly stateSchema: Schema<ArrowState> = stateSchema;
  readonly requestSchema: Schema<ArrowRequest> = requestSchema;
  readonly maxChunkBytes: number;
  /** The name that receivers see. */
  readonly name: string;
  readonly #encoder: StreamEncoder;
  readonly #batches: AsyncIterator<RecordBatch> | Iterator<RecordBatch>;
  readonly #buffer: LiveBuffer;
  readonly #bufferBytes: number;
  readonly #maxLagMs: number | undefined;
  readonly #clock: Clock;
  readonly #pace = new PaceKeeper();
  readonly #waiting = new Set<() => void>();
  #next: RecordBatch | undefined;
  #counts = { batches: 0, rows: 0 };
  #state: 'resting' | 'reading' | 'ended' | 'released' = 'resting';
  #failure: ProducedError | undefined;

  private constructor(opened: OpenedBatches, options: BatchesSourceOptions) {
    const { name = 'batches.arrows', bufferBytes = defaultBufferBytes, maxLagMs, clock = systemClock } = options;
    this.name = name;
    const chunkBytes = chunkBytesOf(options);
    this.maxChunkBytes = Math.max(chunkBytes, trailerBytes);
    this.#encoder = opened.encoder;
    this.#batches = opened.iterator;
    this.#next = opened.first;
    // Whole chunks are let go of: one that filled the buffer alone could never be.
    this.#buffer = new LiveBuffer(Math.min(chunkBytes, Math.ceil(bufferBytes / 2)));
    this.#buffer.push(this.#encoder.begin());
    this.#bufferBytes = bufferBytes;
    this.#maxLagMs = maxLagMs;
    this.#clock = clock;
  }

  /** Prepares batches to be shared. Throws `invalid_argument`, `foreign_arrow`, `bad_arrow`, and what the source throws. */
  static async open(
    source: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
    options: BatchesSourceOptions = {},
  ): Promise<BatchesDownloadable> {
    checkOptions(options);
    const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    if (options.schema !== undefined)
      return new BatchesDownloadable(
        { iterator, encoder: new StreamEncoder(options.schema), first: undefined },
        options,
      );
    const { value, done } = await iterator.next();
    if (done === true) return invalidOption('schema', 'is needed, since there is no batch');
    const first = ownBatch(value);
    return new BatchesDownloadable({ iterator, encoder: new StreamEncoder(first.schema), first }, options);
  }

  /** Bytes that are kept for receivers right now. */
  get bufferedBytes(): number {
    return this.#buffer.heldBytes;
  }

  describe(): Description {
    const unknown = { bytes: undefined, batches: undefined, rows: undefined };
    const { schemaBytes } = this.#encoder;
    return describeArrow({ name: this.name, container: 'stream', selection: false, schemaBytes, ...unknown });
  }

  setTransaction(info: TransactionInfo): void {
    this.#pace.expect(info);
  }

  passed(receiverId: string, { at }: ArrowState): void {
    this.#pace.passed(receiverId, at);
    this.#letGo();
  }

  downloadedToOne(receiverId: string): void {
    this.#pace.final(receiverId);
    this.#letGo();
  }

  async produce(
    state: ArrowState | undefined,
    { request, signal }: ProduceContext<ArrowRequest>,
  ): Promise<Produced<ArrowState>> {
    if (request !== undefined && isPart(request))
      return { status: 'error', code: 'selection_forbidden', reason: 'a source that is still running has no parts' };
    const { at, end } = state ?? { at: 0, end: 0 };
    if (end === 1) return { status: 'eof' };
    for (;;) {
      const produced = this.#produce(at);
      if (produced !== undefined) return produced;
      this.#read();
      await this.#change(signal);
    }
  }

  /** Ends the source. */
  async release(): Promise<void> {
    this.#state = 'released';
    this.#wake();
    this.#buffer.clear();
    await this.#batches.return?.();
  }

  /** What there is at a place, or nothing yet. */
  #produce(at: number): Produced<ArrowState> | undefined {
    const chunk = this.#buffer.chunkAt(at);
    if (chunk !== undefined) {
      this.#read();
      return { status: 'ok', data: chunk.data, state: { at: at + chunk.bytes, end: 0 }, items: 0 };
    }
    if (at < this.#buffer.start) return passedBy;
    if (at > this.#buffer.end) return { status: 'error', code: 'bad_state', reason: 'the state lies behind the end' };
    if (this.#failure !== undefined) return this.#failure;
    if (this.#state !== 'ended') return undefined;
    return { status: 'ok', data: encodeTrailer({ bytes: at, ...this.#counts }), state: { at, end: 1 }, items: 0 };
  }

  #letGo(): void {
    const floor = this.#pace.floor();
    if (floor !== undefined) this.#buffer.dropBefore(floor);
    this.#wake();
  }

  /** Reads the source until it ends, as far as there is room. */
  #read(): void {
    if (this.#state !== 'resting') return;
    this.#state = 'reading';
    void this.#readAll()
      .then(
        () => (this.#state = 'ended'),
        (thrown: unknown) => (this.#failure = sourceError(thrown)),
      )
      .finally(() => this.#wake());
  }

  async #readAll(): Promise<void> {
    for (;;) {
      await this.#room();
      if (this.#state === 'released') return;
      const batch = this.#next ?? (await this.#nextBatch());
      this.#next = undefined;
      if (batch === undefined) break;
      this.#buffer.push(this.#encoder.batch(batch));
      this.#counts = { batches: this.#counts.batches + 1, rows: this.#counts.rows + batch.numRows };
      this.#wake();
    }
    this.#buffer.push(this.#encoder.end());
  }

  async #nextBatch(): Promise<RecordBatch | undefined> {
    const { value, done } = await this.#batches.next();
    return done === true ? undefined : ownBatch(value);
  }

  async #room(): Promise<void> {
    const since = this.#clock.now();
    while (this.#buffer.heldBytes >= this.#bufferBytes && this.#state !== 'released') {
      if (this.#pace.floor() === undefined) {
        // Nobody is waited for: the older half goes, and who still needs it hears so.
        this.#buffer.dropBefore(this.#buffer.start + Math.ceil(this.#bufferBytes / 2));
        continue;
      }
      const left = (this.#maxLagMs ?? Infinity) - (this.#clock.now() - since);
      if (left <= 0) {
        this.#pace.leaveSlowest();
        this.#letGo();
        continue;
      }
      await this.#change(undefined, left);
    }
  }

  /** Settles when something has changed, or after a time. Rejects with the signal's reason. */
  async #change(signal: AbortSignal | undefined, withinMs = Infinity): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => {
      const cancel = withinMs === Infinity ? undefined : this.#clock.setTimer(withinMs, () => settle());
      const unfollow = signal && onAbort(signal, () => settle());
      const settle = (): void => {
        this.#waiting.delete(settle);
        cancel?.();
        unfollow?.();
        resolve();
      };
      this.#waiting.add(settle);
    });
    signal?.throwIfAborted();
  }

  #wake(): void {
    for (const settle of [...this.#waiting]) settle();
  }
}

interface OpenedBatches {
  readonly iterator: AsyncIterator<RecordBatch> | Iterator<RecordBatch>;
  readonly encoder: StreamEncoder;
  readonly first: RecordBatch | undefined;
}

const passedBy: ProducedError = {
  status: 'error',
  code: 'source_passed',
  reason: 'the source can be read only once, and what comes next for this receiver is gone',
};

function ownBatch(value: RecordBatch): RecordBatch {
  if (value instanceof RecordBatch) return value;
  throw foreignArrow();
}

// The source is at its end by that: nothing would come of trying again (rule S6).
function sourceError(thrown: unknown): ProducedError {
  const code = isDownloadError(thrown) ? thrown.code : 'source_error';
  return { status: 'error', code, reason: isDownloadError(thrown) ? thrown.message : reasonOf(thrown) };
}

function checkOptions(options: BatchesSourceOptions): void {
  chunkBytesOf(options);
  const { name, bufferBytes = defaultBufferBytes, maxLagMs = 0 } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) invalidOption('name', 'is no text');
  if (!Number.isSafeInteger(bufferBytes) || bufferBytes < 1) invalidOption('bufferBytes', 'is no whole number from 1');
  if (!(maxLagMs >= 0)) invalidOption('maxLagMs', 'is no number from 0');
}
