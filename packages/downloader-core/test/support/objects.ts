import {
  type ConsumeContext,
  type Consumer,
  consumer,
  type Description,
  type Downloadable,
  downloadable,
  type DownloadError,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ReceiverStatus,
  type StartResult,
  type State,
  type TransactionEnd,
  type TransactionInfo,
} from '@towline/downloader-core';

export type ChunkState = Readonly<Record<'next', number>>;

/** Text as bytes. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Bytes as text. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** An object of given chunks: each a text, or a list of texts (items). It notes every call. */
export class ChunkList implements Downloadable<ChunkState> {
  readonly [downloadable] = true as const;
  readonly stateSchema = { parse: (input: unknown): ChunkState => parseCounters(input, ['next']) };
  readonly maxChunkBytes: number = 1024;
  readonly chunks: readonly (string | readonly string[])[];
  readonly calls: string[] = [];
  info: TransactionInfo | undefined;

  constructor(chunks: readonly (string | readonly string[])[]) {
    this.chunks = chunks;
  }

  describe(): Description {
    const texts = this.chunks.flat();
    return { kind: 'chunks', totalBytes: texts.join('').length };
  }

  produce(
    state: ChunkState | undefined,
    _context: ProduceContext,
  ): Produced<ChunkState> | Promise<Produced<ChunkState>> {
    const index = state?.next ?? 0;
    this.calls.push(`produce ${index}`);
    const chunk = this.chunks[index];
    if (chunk === undefined) return { status: 'eof' };
    const data = typeof chunk === 'string' ? bytesOf(chunk) : chunk.map(bytesOf);
    return { status: 'ok', data, state: { next: index + 1 } };
  }

  setTransaction(info: TransactionInfo, refId: string): void {
    this.info = info;
    this.calls.push(`setTransaction ${refId}`);
  }

  downloadedToOne(receiverId: string, status: ReceiverStatus): void {
    this.calls.push(`downloadedToOne ${receiverId} ${status}`);
  }

  downloadedToAll(): void {
    this.calls.push('downloadedToAll');
  }

  transactionDone(_transactionId: string, end: TransactionEnd): void | Promise<void> {
    this.calls.push(`transactionDone ${end}`);
  }

  release(): void {
    this.calls.push('release');
  }

  /** The noted calls without those of `produce`. */
  get callbacks(): string[] {
    return this.calls.filter((call) => !call.startsWith('produce') && !call.startsWith('setTransaction'));
  }
}

/** Collects what arrives as text, a `|` between chunks; notes every call. */
export class Collector implements Consumer<string, ChunkState> {
  readonly [consumer] = true as const;
  readonly received: string[] = [];
  readonly states: State[] = [];
  readonly calls: string[] = [];
  failure: DownloadError | undefined;

  consume(
    data: readonly Uint8Array[],
    state: ChunkState,
    _context: ConsumeContext,
  ): ChunkState | undefined | void | Promise<ChunkState | undefined | void> {
    this.received.push(data.map(textOf).join(''));
    this.states.push(state);
  }

  downloadCompleted(): string | Promise<string> {
    this.calls.push('downloadCompleted');
    return this.received.join('|');
  }

  downloadFailed(error: DownloadError): void {
    this.failure = error;
    this.calls.push(`downloadFailed ${error.code}`);
  }
}

/** A collector that sees the description before the first byte. */
export class StartingCollector extends Collector {
  description: Description | undefined;
  readonly #begin: StartResult<ChunkState> | undefined;

  constructor(begin?: StartResult<ChunkState>) {
    super();
    this.#begin = begin;
  }

  start(description: Description): StartResult<ChunkState> | undefined {
    this.description = description;
    return this.#begin;
  }
}
