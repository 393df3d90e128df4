import type { DownloadError } from '../base/errors.ts';
import type { Ref } from '../base/ref.ts';
import { delay } from '../base/signals.ts';
import { shortRef } from '../base/text.ts';
import type { ReceiverContext } from './context.ts';
import type { Heartbeat } from './heartbeat.ts';
import { backoffMs, type RetryPolicy } from './retry.ts';
import type { Tracker } from './tracker.ts';

/** What retrying works with. */
export interface RetriesSetup {
  readonly context: ReceiverContext;
  readonly ref: Ref;
  readonly policy: RetryPolicy;
  readonly tracker: Tracker;
  readonly heartbeat: Heartbeat;
  readonly signal: AbortSignal;
}

/** Counts failures in a row, tells of them, and waits between them (rules L3, L8). */
export class Retries {
  readonly #setup: RetriesSetup;
  #failures = 0;

  constructor(setup: RetriesSetup) {
    this.#setup = setup;
  }

  /** Waits until it is time to try again, `atOnce` or after a back-off. Throws `error` when no retry is left. */
  async next(error: DownloadError, atOnce: boolean, idleTimeoutMs: number | undefined): Promise<void> {
    const { context, ref, policy, tracker, heartbeat, signal } = this.#setup;
    const { maxRetries } = policy;
    if (this.#failures >= maxRetries) throw error;
    this.#failures += 1;
    const retry = this.#failures;
    const waitMs = atOnce ? 0 : backoffMs(policy, retry, idleTimeoutMs, () => context.random.fraction());
    context.logger.warn(
      `retry ${retry} of ${maxRetries} of ref ${shortRef(ref.refId)} in ${waitMs} ms: ${error.message}`,
      { retry, maxRetries, waitMs, code: error.code },
    );
    tracker.emit('retrying', { reason: error.code });
    if (waitMs > 0) await heartbeat.during(delay(context.clock, waitMs, signal));
  }

  /** A chunk was consumed: counting begins anew. */
  recovered(): void {
    if (this.#failures === 0) return;
    const { context, ref } = this.#setup;
    context.logger.info(`recovered ref ${shortRef(ref.refId)} after ${this.#failures} retries`, {
      retries: this.#failures,
    });
    this.#failures = 0;
  }
}
