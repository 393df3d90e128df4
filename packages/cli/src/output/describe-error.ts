import { isDownloadError, printable, reasonOf } from '@towline/downloader-core/spi';
import { CommandError } from '../command-error.ts';
import { withoutTickets } from '../ticket/redact.ts';

/** An error as people and programs see it; without a stack, and safe to print. */
export interface DescribedError {
  readonly code: string;
  readonly message: string;
}

const longestMessage = 1_000;

/** Describes anything thrown; never repeats a ticket (rule K5). */
export function describeError(thrown: unknown): DescribedError {
  const { code, message } = describe(thrown);
  return { code, message: withoutTickets(message) };
}

function describe(thrown: unknown): DescribedError {
  if (thrown instanceof CommandError) return { code: thrown.code, message: safeLines(thrown.message) };
  if (isDownloadError(thrown)) return { code: thrown.code, message: printable(thrown.message, longestMessage) };
  return { code: 'internal', message: reasonOf(thrown) };
}

// Suggestions of the command line come on a line of their own.
function safeLines(message: string): string {
  return message
    .split('\n')
    .map((line) => printable(line, longestMessage))
    .join('\n');
}
