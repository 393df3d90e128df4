import type { MaybePromise } from '@towline/downloader-core/spi';
import type { ArrowDescription } from './description.ts';
import type { ArrowRequest } from './request.ts';
import type { Trailer } from './trailer.ts';

/** Where Arrow data goes. `R`: what it all becomes. */
export interface ArrowSink<R> {
  /** What the owner is to send: its bytes as they are, or one stream. */
  readonly as: ArrowRequest['as'];
  /** What arrives is kept, not copied (rule M4). May change with `begin`. */
  readonly keepsBytes: boolean;
  /** Sees what is there, before anything is chosen. Throws typed errors. */
  prepare(description: ArrowDescription): Promise<void>;
  /** Sees what was asked for, and makes ready. */
  begin(description: ArrowDescription, request: ArrowRequest): Promise<void>;
  /** What arrives next. It is read until the writing is through, and kept only with `keepsBytes`. */
  write(data: readonly Uint8Array[]): MaybePromise<void>;
  /** Everything is here. Throws `incomplete` when it is not what the trailer says. */
  finish(trailer: Trailer): Promise<R>;
  /** Nothing was wanted, which was allowed. */
  nothing(description: ArrowDescription): R;
  /** Removes what was made. */
  abandon(): Promise<void>;
}
