import type { Outcome, ProgressEvent } from '@towline/downloader-core';

/** What `--json` writes, one object a line (rule J2). */
export type JsonEvent =
  | { readonly event: 'ticket'; readonly ticket: string; readonly receiver: string | null }
  | ({ readonly event: 'progress' } & ProgressEvent)
  | ({ readonly event: 'object' } & ReceivedObject)
  | ({ readonly event: 'outcome' } & Outcome & PeakMemory)
  | ({ readonly event: 'done' } & PullTotals & PeakMemory)
  | { readonly event: 'error'; readonly code: string; readonly message: string };

/** An object that has arrived whole. */
export interface ReceivedObject {
  /** Relative to `--out`. */
  readonly path: string;
  readonly kind: string;
  readonly bytes: number;
  /** Bytes that came over the network for it; less than `bytes` when a pull was continued. */
  readonly wireBytes: number;
  /** Of a folder: how many files came. */
  readonly files?: number;
  /** Of a single file, with `--digest sha256`: lower-case hex. */
  readonly sha256?: string;
}

/** What a whole pull brought. */
export interface PullTotals {
  readonly bytes: number;
  readonly wireBytes: number;
  /** Whether the owner has said that it knows (rule D4), for every object. */
  readonly acknowledged: boolean;
}

/** What the process took at most, as the operating system counts it. */
interface PeakMemory {
  readonly peakMemoryBytes: number;
}

/** One line of `--json`. */
export function jsonLine(event: JsonEvent): string {
  return `${JSON.stringify(event)}\n`;
}
