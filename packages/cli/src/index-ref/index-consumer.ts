import {
  type ConsumeContext,
  type Consumer,
  consumer,
  type Description,
  DownloadError,
  parseCounters,
  type Schema,
} from '@towline/downloader-core/spi';
import { decodeIndex, type IndexEntry, maxIndexBytes } from './entry.ts';
import { indexKind, type IndexState } from './index-downloadable.ts';

/**
 * Takes in the list of what is shared. `review` sees it when it is whole, before that is confirmed: it may abort the
 * download (not final, rule C2) when what is listed cannot be pulled here.
 */
export class IndexConsumer implements Consumer<readonly IndexEntry[], IndexState> {
  readonly [consumer] = true as const;
  readonly stateSchema: Schema<IndexState> = { parse: (input) => parseCounters(input, ['offset']) };
  readonly #review: (entries: readonly IndexEntry[]) => Promise<void>;
  #parts: Uint8Array[] = [];
  #received = 0;
  #total = 0;
  #entries: readonly IndexEntry[] | undefined;

  constructor(review: (entries: readonly IndexEntry[]) => Promise<void>) {
    this.#review = review;
  }

  start({ kind, totalBytes }: Description): void {
    if (kind !== indexKind || totalBytes === undefined) throw unusable('is no index');
    if (totalBytes > maxIndexBytes) throw unusable(`has more than ${maxIndexBytes} bytes`);
    this.#total = totalBytes;
  }

  async consume(data: readonly Uint8Array[], state: IndexState, { signal }: ConsumeContext): Promise<void> {
    for (const part of data) {
      this.#received += part.byteLength;
      // The bytes end with this call (rule M4).
      this.#parts.push(Uint8Array.from(part));
    }
    if (this.#received > this.#total || state.offset !== this.#received) throw unusable('is not as long as announced');
    if (this.#received < this.#total) return;
    this.#entries = decodeIndex(Buffer.concat(this.#parts));
    await this.#review(this.#entries);
    signal.throwIfAborted();
  }

  downloadCompleted(): readonly IndexEntry[] {
    if (!this.#entries) throw unusable('is not whole');
    return this.#entries;
  }

  downloadFailed(): void {
    this.#parts = [];
  }
}

function unusable(problem: string): DownloadError {
  return new DownloadError('bad_listing', `the owner’s list of objects ${problem}`, {
    side: 'remote',
    retryable: false,
  });
}
