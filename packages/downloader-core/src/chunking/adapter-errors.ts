import type { ProducedError } from '../base/downloadable.ts';
import type { ErrorCodeEntry } from '../base/error-codes.ts';
import { DownloadError, isDownloadError } from '../base/errors.ts';

/** A row of an adapter's table of codes; see {@link ErrorCodeEntry}. What an adapter finds wrong stays wrong when it is tried again. */
export function errorEntry(
  side: ErrorCodeEntry['side'],
  exit: ErrorCodeEntry['exit'],
  meaning: string,
  action: string,
): ErrorCodeEntry {
  return { side, retryable: false, exit, meaning, action };
}

/** Makes errors with the codes of a table: their side is the usual one of the code. */
export function errorsOf<C extends string>(
  table: Readonly<Record<C, ErrorCodeEntry>>,
): (code: C, message: string, cause?: unknown) => DownloadError {
  return (code, message, cause) => {
    const { side, retryable } = table[code];
    return new DownloadError(code, message, cause === undefined ? { side, retryable } : { side, retryable, cause });
  };
}

/**
 * What `produce` returns for an error that trying again does not mend, so that it ends the transfer; anything else is thrown on, and
 * tried again (rule S6). Its message is read by strangers.
 */
export function returnedError(thrown: unknown, isFinal: (error: DownloadError) => boolean): ProducedError {
  if (!isDownloadError(thrown) || !isFinal(thrown)) throw thrown;
  return { status: 'error', code: thrown.code, reason: thrown.message };
}

/** Throws `invalid_argument` with the name of the option and what is wrong with it. */
export function invalidOption(name: string, problem: string): never {
  throw new DownloadError('invalid_argument', `${name} ${problem}`);
}
