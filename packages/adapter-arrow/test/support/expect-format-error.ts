import { ArrowFormatError, type ArrowFormatErrorCode } from '@towline/adapter-arrow/validate';

/** `accepted`, or the code of the {@link ArrowFormatError} that `action` throws; anything else is thrown on. */
export function verdictOf(action: () => unknown): ArrowFormatErrorCode | 'accepted' {
  try {
    action();
    return 'accepted';
  } catch (error) {
    return formatError(error).code;
  }
}

/** The code of the {@link ArrowFormatError} that `action` throws; nothing, or anything else, fails the test. */
export function codeOf(action: () => unknown): ArrowFormatErrorCode {
  return errorOf(action).code;
}

/** The {@link ArrowFormatError} that `action` throws. */
export function errorOf(action: () => unknown): ArrowFormatError {
  try {
    action();
  } catch (error) {
    return formatError(error);
  }
  throw new Error('Nothing was thrown');
}

/** As {@link verdictOf}, of a promise. */
export async function verdictOfPromise(promise: Promise<unknown>): Promise<ArrowFormatErrorCode | 'accepted'> {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    return formatError(error).code;
  }
}

function formatError(error: unknown): ArrowFormatError {
  if (error instanceof ArrowFormatError) return error;
  throw error;
}
