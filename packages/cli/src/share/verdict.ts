import type { Outcome } from '@towline/downloader-core';
import { printable } from '@towline/downloader-core/spi';
import type { ShareOptions } from '../arguments/share-options.ts';
import type { OwnerGoal } from '../exit-code.ts';
import { formatBytes, formatDuration } from '../progress/units.ts';

/** What has to come true for exit 0. */
export function goalOf(
  { audience, quorum }: Pick<ShareOptions, 'audience' | 'quorum'>,
  interrupted: boolean,
): OwnerGoal {
  if (quorum !== undefined) return { expects: 'quorum', interrupted };
  return { expects: audience.who === 'any' ? 'whoever' : 'all', interrupted };
}

/** The outcome in words: one line, and one for each receiver that failed. `bytes` is the size of what was shared. */
export function outcomeLines(outcome: Outcome, bytes: number): readonly string[] {
  const { receivers, elapsedMs } = outcome;
  const delivered = receivers.filter(({ status }) => status === 'success').length;
  const failures = receivers
    .filter(({ status }) => status === 'failed')
    .map(({ receiverId, reason }) => `${nameOf(receiverId)} failed: ${printable(reason ?? 'unknown')}`);
  const count = `${delivered} of ${receivers.length}`;
  return [
    `${formatBytes(bytes)} delivered to ${count} in ${formatDuration(elapsedMs)} (${endText(outcome)})`,
    ...failures,
  ];
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
