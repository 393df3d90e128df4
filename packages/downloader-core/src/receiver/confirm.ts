import type { Ref } from '../base/ref.ts';
import { onAbort } from '../base/signals.ts';
import type { Confirm, Confirmed, Refused } from '../wire/messages.ts';
import type { ReceiverContext } from './context.ts';
import type { Mailbox } from './mailbox.ts';
import { backoffMs, type RetryPolicy } from './retry.ts';

// However few retries a download has: once it completed, being heard is worth some more.
const leastAttempts = 4;

/** What is confirmed, and how. */
export interface Confirmation {
  readonly context: ReceiverContext;
  readonly ref: Ref;
  readonly mailbox: Mailbox;
  readonly retries: RetryPolicy;
  readonly idleTimeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly message: Confirm;
}

/**
 * Tells the owner how the download ended until it answers, on the schedule of the retries, across reconnects (rule D4).
 * Says whether the owner has recorded it. An abort ends the wait, not the telling: it is said once in any case. Never
 * rejects.
 */
export async function confirm(confirmation: Confirmation): Promise<boolean> {
  const { context, ref, mailbox, retries, message, signal } = confirmation;
  if (signal.aborted) context.wire.post(ref.owner, message);
  const attempts = Math.max(retries.maxRetries + 1, leastAttempts);
  for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt += 1) {
    const answered = answerWithin(
      confirmation,
      backoffMs(retries, attempt, confirmation.idleTimeoutMs, () => context.random.fraction()),
    );
    // Without the signal: what is said is not taken back.
    context.wire.send(ref.owner, message).catch(() => {});
    const answer = await answered;
    mailbox.onAnswer = undefined;
    if (answer) return answer.kind === 'confirmed' && answer.recorded;
  }
  return false;
}

function answerWithin(
  { context, mailbox, message, signal }: Confirmation,
  waitMs: number,
): Promise<Confirmed | Refused | undefined> {
  return new Promise((resolve) => {
    const finish = (answer?: Confirmed | Refused): void => {
      cancel();
      stopFollowing();
      resolve(answer);
    };
    const cancel = context.clock.setTimer(waitMs, () => finish());
    const stopFollowing = onAbort(signal, () => finish());
    mailbox.onAnswer = (answer) => {
      if (answer.kind === 'refused' || answer.nonce === message.nonce) finish(answer);
    };
  });
}
