import { type CoreErrorCode, type ErrorCode, type ErrorCodeEntry, errorCodes } from './error-codes.ts';
import { reasonOf } from './text.ts';

/** Marks an error as a {@link DownloadError}, whichever copy of this package made it. */
export const errorMark: unique symbol = Symbol.for('towline/1 error');

/** Details of a {@link DownloadError}; each is optional. */
export interface DownloadErrorDetails {
  /** Who caused it. Default: the usual side of the code. */
  readonly side?: 'local' | 'remote' | undefined;
  /** Whether trying again may help. Default: as the code's table says; false for a code that core does not know. */
  readonly retryable?: boolean | undefined;
  /** The ref that it is about. */
  readonly refId?: string | undefined;
  /** The identity of the other endpoint. */
  readonly peer?: string | undefined;
  /** What was thrown below; becomes the error's `cause`. */
  readonly cause?: unknown;
}

/**
 * The one error that transfers end with (rule L9). Act on `code`; the message is for people and may change. Known by
 * {@link isDownloadError}, not by `instanceof`: two copies of this package may live in one process.
 */
export class DownloadError extends Error {
  /** `DownloadError`, also where `instanceof` does not see it. */
  override readonly name: string = 'DownloadError';
  /** What happened. What it means and what to do stands in `docs/errors.md#` and the code. */
  readonly code: ErrorCode;
  /** Who caused it: `local` is the process that reports it. */
  readonly side: 'local' | 'remote';
  /** Whether trying again may help. A download does that by itself before it reports the error. */
  readonly retryable: boolean;
  /** The ref that it is about; `undefined` when it is about none, or none is known. */
  readonly refId: string | undefined;
  /** The identity of the other endpoint; `undefined` when none is involved. */
  readonly peer: string | undefined;
  readonly [errorMark]: true = true;

  /**
   * `message` is for people: what happened, and what to do. `code` is one of {@link errorCodes} or an adapter's own.
   */
  constructor(code: ErrorCode, message: string, details: DownloadErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    const known = errorCodeEntry(code);
    this.code = code;
    this.side = details.side ?? known?.side ?? 'local';
    this.retryable = details.retryable ?? known?.retryable ?? false;
    this.refId = details.refId;
    this.peer = details.peer;
  }
}

/** Whether something thrown is a {@link DownloadError}, of this copy of the package or another. */
export function isDownloadError(thrown: unknown): thrown is DownloadError {
  return typeof thrown === 'object' && thrown !== null && errorMark in thrown;
}

/** Core's table entry for a code, or nothing when the code is an adapter's own. */
export function errorCodeEntry(code: ErrorCode): ErrorCodeEntry | undefined {
  return Object.hasOwn(errorCodes, code) ? errorCodes[code as CoreErrorCode] : undefined;
}

/** `thrown` itself when it is a {@link DownloadError}; otherwise one with `code`, its message and it as the cause. */
export function asDownloadError(thrown: unknown, code: ErrorCode, details: DownloadErrorDetails = {}): DownloadError {
  if (isDownloadError(thrown)) return thrown;
  return new DownloadError(code, reasonOf(thrown), { ...details, cause: thrown });
}

/** Throws `invalid_argument` with the name of the argument and what is wrong with it. */
export function invalidArgument(name: string, problem: string): never {
  throw new DownloadError('invalid_argument', `${name} ${problem}`, { side: 'local' });
}
