import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import {
  countFields,
  newProgressStream,
  type ProgressEvent,
  type ProgressState,
  takesEvent,
} from '../base/progress.ts';
import type { Ref } from '../base/ref.ts';
import { reasonOf } from '../base/text.ts';

/** Counts a download and tells its progress (rule P5). A callback that throws is logged and changes nothing. */
export class Tracker {
  bytesDone = 0;
  bytesTotal: number | undefined;
  resumedBytes: number | undefined;
  itemsDone: number | undefined;
  itemsTotal: number | undefined;
  readonly #stream = newProgressStream();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ref: Ref;
  readonly #intervalMs: number;
  readonly #onProgress: ((event: ProgressEvent) => void) | undefined;

  constructor(
    clock: Clock,
    logger: Logger,
    ref: Ref,
    intervalMs: number,
    onProgress: ((event: ProgressEvent) => void) | undefined,
  ) {
    this.#clock = clock;
    this.#logger = logger;
    this.#ref = ref;
    this.#intervalMs = intervalMs;
    this.#onProgress = onProgress;
  }

  /** Counts a consumed chunk. */
  consumed(bytes: number, items: number | undefined): void {
    this.bytesDone += bytes;
    if (items !== undefined) this.itemsDone = (this.itemsDone ?? 0) + items;
  }

  emit(state: ProgressState, details: { readonly reason?: string; readonly acknowledged?: boolean } = {}): void {
    const isDue = takesEvent(this.#stream, state, this, this.#clock.now(), this.#intervalMs);
    if (!isDue || !this.#onProgress) return;
    const { transactionId, refId } = this.#ref;
    const { sequence } = this.#stream;
    try {
      this.#onProgress({
        transactionId,
        refId,
        sequence,
        ...countFields(this),
        timestampMs: this.#clock.wallNow(),
        state,
        ...details,
      });
    } catch (error) {
      this.#logger.warn(`onProgress threw: ${reasonOf(error)}`, { error });
    }
  }
}
