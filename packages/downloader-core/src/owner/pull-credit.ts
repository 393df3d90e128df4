import { deferred, type Deferred } from '../base/deferred.ts';
import { orAborted } from '../base/signals.ts';
import type { Credit } from '../wire/messages.ts';

/** How far one pull may go: absolute numbers of which the highest wins, so that loss and repeats do no harm (rule S9). */
export class PullCredit {
  #credit: Credit;
  #wake: Deferred<void> | undefined;

  constructor(credit: Credit) {
    this.#credit = credit;
  }

  grant({ upToSeq, upToBytes }: Credit): void {
    this.#credit = {
      upToSeq: Math.max(this.#credit.upToSeq, upToSeq),
      upToBytes: Math.max(this.#credit.upToBytes, upToBytes),
    };
    this.#wake?.resolve();
  }

  /** Whether chunk `seq` may follow `sentBytes` of this pull. */
  covers(seq: number, sentBytes: number): boolean {
    return seq <= this.#credit.upToSeq && sentBytes < this.#credit.upToBytes;
  }

  /** Resolves when it may. Rejects with the signal's reason. */
  async reaches(seq: number, sentBytes: number, signal: AbortSignal): Promise<void> {
    while (!this.covers(seq, sentBytes)) {
      this.#wake = deferred();
      await orAborted(this.#wake.promise, signal);
    }
  }
}
