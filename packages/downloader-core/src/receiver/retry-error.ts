import type { DownloadError } from '../base/errors.ts';

/** Thrown inside a download: pull again at once, without a back-off, as long as retries last; else fail with `error`. */
export class Retry extends Error {
  readonly error: DownloadError;
  /** Past any cache of the owner. */
  readonly refetch: boolean;

  constructor(error: DownloadError, { refetch = false }: { readonly refetch?: boolean } = {}) {
    super(error.message, { cause: error });
    this.error = error;
    this.refetch = refetch;
  }
}

/** Thrown inside a download: fail with `error`, even if that says that trying again may help. */
export class Final extends Error {
  readonly error: DownloadError;

  constructor(error: DownloadError) {
    super(error.message, { cause: error });
    this.error = error;
  }
}
