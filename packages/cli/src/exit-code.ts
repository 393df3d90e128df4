import { arrowFileErrorCodes } from '@towline/adapter-arrow/files';
import { fileErrorCodes } from '@towline/adapter-file';
import { checkpointErrorCodes } from '@towline/adapter-tensor/node';
import { type ErrorCodeEntry, errorCodes, isDownloadError } from '@towline/downloader-core/spi';
import { CommandError, type ExitCode } from './command-error.ts';

// Of several causes the highest of 4, 3, 1 (rule J3); an interruption is above all, a wrong call below.
const order: readonly ExitCode[] = [130, 4, 3, 1, 2, 0];

/** Core's codes and those of the adapters. */
const knownCodes: ReadonlyMap<string, ErrorCodeEntry> = new Map(
  Object.entries({ ...errorCodes, ...fileErrorCodes, ...checkpointErrorCodes, ...arrowFileErrorCodes }),
);

/** The exit code of one error: its own, its code's, else 1. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  return isDownloadError(error) ? (knownCodes.get(error.code)?.exit ?? 1) : 1;
}

/** The exit code of a whole call; 0 for no causes. */
export function combineExitCodes(codes: readonly ExitCode[]): ExitCode {
  return order.find((code) => codes.includes(code)) ?? 0;
}

/** What of an outcome (rule O2) decides the owner's exit code. */
export interface OwnerVerdict {
  readonly status: string;
  readonly quorumMet: boolean;
  readonly receivers: readonly { readonly status: string; readonly reason?: string }[];
  readonly others: readonly { readonly status: string; readonly reason?: string }[];
}

/** What was asked of the owner. */
export interface OwnerGoal {
  readonly expects: 'all' | 'quorum' | 'whoever';
  readonly interrupted: boolean;
}

/** The exit code of `share` (rules C1, J3). */
export function exitCodeOfOutcome(verdict: OwnerVerdict, { expects, interrupted }: OwnerGoal): ExitCode {
  // Strangers count only where nobody in particular is expected.
  const counted = expects === 'whoever' ? [...verdict.receivers, ...verdict.others] : verdict.receivers;
  const failed = counted.filter(({ status }) => status !== 'success');
  if (expects === 'whoever') return failed.length === 0 ? 0 : failureCode(failed);
  const delivered = expects === 'quorum' ? verdict.quorumMet : verdict.status === 'completed';
  if (delivered) return 0;
  return interrupted ? 130 : failureCode(failed);
}

function failureCode(failed: readonly { readonly reason?: string }[]): ExitCode {
  return failed.some(({ reason }) => reason === 'integrity') ? 4 : 1;
}
