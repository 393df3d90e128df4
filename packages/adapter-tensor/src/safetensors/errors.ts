import type { SafetensorsErrorCode } from './error-codes.ts';

/** Where a problem lies; each part is optional. */
export interface SafetensorsErrorDetails {
  /** A byte of the file, counted from 0. */
  readonly offset?: number | undefined;
  /** A tensor's full name. */
  readonly tensor?: string | undefined;
  /** A path, as it was given. */
  readonly file?: string | undefined;
  /** What was thrown below; becomes the error's `cause`. */
  readonly cause?: unknown;
}

/**
 * What is wrong with a file, a tensor or an argument. Act on `code`; the message is for people and may change. Known by
 * {@link isSafetensorsError}, not by `instanceof`: two copies of this package may live in one process.
 */
export class SafetensorsError extends Error {
  /** `SafetensorsError`, also where `instanceof` does not see it. */
  override readonly name: string = 'SafetensorsError';
  /** What happened: a key of {@link safetensorsErrorCodes}, which says what it means and what to do. */
  readonly code: SafetensorsErrorCode;
  /** The message without the place. */
  readonly problem: string;
  /** The byte of the file, counted from 0, at which the problem stands; only where a file's content is the problem. */
  readonly offset: number | undefined;
  /** The tensor that is concerned, by its full name. */
  readonly tensor: string | undefined;
  /** The file that is concerned, where one was read from or written to disk. */
  readonly file: string | undefined;

  /** Puts the file, the tensor and the offset into the message, around `problem`. */
  constructor(code: SafetensorsErrorCode, problem: string, details: SafetensorsErrorDetails = {}) {
    const { offset, tensor, file, cause } = details;
    super(`${placeText(file, tensor)}${problem}${offsetText(offset)}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.problem = problem;
    this.offset = offset;
    this.tensor = tensor;
    this.file = file;
  }

  /** The same problem, with more said about its place. */
  at(place: Pick<SafetensorsErrorDetails, 'tensor' | 'file'>): SafetensorsError {
    const { code, problem, offset, tensor, file, cause } = this;
    return new SafetensorsError(code, problem, { offset, tensor, file, cause, ...place });
  }
}

function placeText(file: string | undefined, tensor: string | undefined): string {
  const subject = tensor === undefined ? '' : `tensor ${quoted(tensor)}: `;
  return file === undefined ? subject : `${file}: ${subject}`;
}

function offsetText(offset: number | undefined): string {
  return offset === undefined ? '' : ` (at byte ${offset})`;
}

/** Whether something thrown is a {@link SafetensorsError}, of this copy of the package or another. */
export function isSafetensorsError(thrown: unknown): thrown is SafetensorsError {
  return thrown instanceof Error && thrown.name === 'SafetensorsError' && 'code' in thrown;
}

const QUOTED_LENGTH = 100;

/** A name from a file as it may stand in a message: quoted, escaped and of bounded length. */
export function quoted(name: string): string {
  return name.length <= QUOTED_LENGTH ? JSON.stringify(name) : `${JSON.stringify(name.slice(0, QUOTED_LENGTH))}…`;
}
