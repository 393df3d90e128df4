import type { Clock } from '@towline/downloader-core/spi';

/** A place to write text to. */
export interface OutputStream {
  readonly isTTY: boolean;
  /** Of a terminal, now; 80 where that is not known. */
  readonly columns: number;
  /** A place that nobody reads any more is no error. */
  write(text: string): void;
}

/** Everything around a call of the command; the process in earnest, plain objects in tests. */
export interface CommandIo {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly hostName: string;
  /** The most memory that this process had so far, in bytes. */
  peakMemoryBytes(): number;
  /** Calls `listener` for each Ctrl-C or request to end. Returns a function that removes it. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  exitNow(code: number): void;
}
