import type { Outcome } from '@towline/downloader-core';
import { printable } from '@towline/downloader-core/spi';
import type { ShareOptions } from '../arguments/share-options.ts';
import type { OwnerGoal } from '../exit-code.ts';
import { formatBytes, formatDuration, formatRate } from '../progress/units.ts';

/** What has to come true for exit 0. */
export function goalOf(
  { audience, quorum }: Pick<ShareOptions, 'audience' | 'quorum'>,
  interrupted: boolean,
): OwnerGoal {
  if (quorum !== undefined) return { expects: 'quorum', interrupted };
  return { expects: audience.who === 'any' ? 'whoever' : 'all', interrupted };
}

/** The outcome in words: one line, and one for each receiver that failed. */
export function outcomeLines(outcome: Outcome): readonly string[] {
  const { receivers, goodputBytes, elapsedMs } = outcome;
  const delivered = receivers.filter(({ status }) => status === 'success').length;
  const rate = elapsedMs > 0 ? `, ${formatRate((goodputBytes * 1_000) / elapsedMs)}` : '';
  const failures = receivers
    .filter(({ status }) => status === 'failed')
    .map(({ receiverId, reason }) => `${nameOf(receiverId)} failed: ${printable(reason ?? 'unknown')}`);
  const head = `delivered to ${delivered} of ${receivers.length}: ${formatBytes(goodputBytes)} in ${formatDuration(elapsedMs)}`;
  return [`${head}${rate} (${endText(outcome)})`, ...failures];
}

function endText({ end }: Outcome): string {
  switch (end) {
    case 'finished':
      return 'everybody is through';
    case 'timeout':
      return 'nothing happened any more';
    case 'deleted':
      return 'ended here';
  }
}

function nameOf(receiverId: string | null): string {
  return receiverId === null ? 'a seat that nobody took' : printable(receiverId);
}
