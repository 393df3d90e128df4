/** Where a stream of progress stands; `completed`, `failed` and `aborted` are terminal. One vocabulary for both sides. */
export type ProgressState = 'started' | 'active' | 'retrying' | 'completed' | 'failed' | 'aborted';

/** One progress event (rules P1, P5). Bytes and items are cumulative for the download. */
export interface ProgressEvent {
  /** Absent on the receiver only when the ref does not tell. */
  readonly transactionId: string;
  /** The ref that the stream of events is about. */
  readonly refId: string;
  /** The receiver's identity; owner side only. */
  readonly receiverId?: string;
  /** Counts the emitted events of this stream, from 1. */
  readonly sequence: number;
  /** Bytes that the receiver has, from the start of what was asked for; never falls. */
  readonly bytesDone: number;
  /** What `bytesDone` is to reach. Absent as long as that is not known. */
  readonly bytesTotal?: number;
  /** Bytes of `bytesDone` that an earlier download had already brought. */
  readonly resumedBytes?: number;
  /** Absent until a first item ended. */
  readonly itemsDone?: number;
  /** What `itemsDone` is to reach. Absent as long as that is not known. */
  readonly itemsTotal?: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  /** What happened; nothing follows a terminal state. */
  readonly state: ProgressState;
  /** Of `retrying`, `failed` and `aborted`: the code of the error. */
  readonly reason?: string;
  /** Receiver side, terminal event only: whether the owner has acknowledged the confirmation (rule D4). */
  readonly acknowledged?: boolean;
}

/** What a stream counts; the emitted events are made from it. */
export interface ProgressCounts {
  readonly bytesDone: number;
  readonly bytesTotal?: number | undefined;
  readonly resumedBytes?: number | undefined;
  readonly itemsDone?: number | undefined;
  readonly itemsTotal?: number | undefined;
}

/** The memory of one stream of progress: plain data, advanced by {@link takesEvent}. */
export interface ProgressStream {
  sequence: number;
  lastEmitMs: number;
  lastBytes: number;
  lastItems: number | undefined;
  ended: boolean;
}

/** A stream that has emitted nothing. */
export function newProgressStream(): ProgressStream {
  return { sequence: 0, lastEmitMs: 0, lastBytes: 0, lastItems: undefined, ended: false };
}

const terminalStates: ReadonlySet<ProgressState> = new Set(['completed', 'failed', 'aborted']);

/**
 * Decides whether an event is emitted now and counts it (rule P2): the first always; `active` later only after an advance
 * and when `intervalMs` have passed since the last; `retrying` and terminal states always; nothing after a terminal one.
 */
export function takesEvent(
  stream: ProgressStream,
  state: ProgressState,
  counts: ProgressCounts,
  nowMs: number,
  intervalMs: number,
): boolean {
  if (stream.ended) return false;
  if (state === 'active' && stream.sequence > 0 && !isDue(stream, counts, nowMs, intervalMs)) return false;
  stream.sequence += 1;
  stream.lastEmitMs = nowMs;
  stream.lastBytes = counts.bytesDone;
  stream.lastItems = counts.itemsDone;
  stream.ended = terminalStates.has(state);
  return true;
}

function isDue(stream: ProgressStream, counts: ProgressCounts, nowMs: number, intervalMs: number): boolean {
  const advanced = counts.bytesDone > stream.lastBytes || (counts.itemsDone ?? 0) > (stream.lastItems ?? 0);
  return advanced && nowMs - stream.lastEmitMs >= intervalMs;
}

/** `counts` as event fields, without those that are not known. */
export function countFields(counts: ProgressCounts): ProgressCountFields {
  return {
    bytesDone: counts.bytesDone,
    ...(counts.bytesTotal === undefined ? {} : { bytesTotal: counts.bytesTotal }),
    ...(counts.resumedBytes === undefined ? {} : { resumedBytes: counts.resumedBytes }),
    ...(counts.itemsDone === undefined ? {} : { itemsDone: counts.itemsDone }),
    ...(counts.itemsTotal === undefined ? {} : { itemsTotal: counts.itemsTotal }),
  };
}

/** The counting fields of a {@link ProgressEvent}. */
export type ProgressCountFields = Pick<
  ProgressEvent,
  'bytesDone' | 'bytesTotal' | 'resumedBytes' | 'itemsDone' | 'itemsTotal'
>;
