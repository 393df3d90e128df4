import type { ProgressEvent } from '@towline/downloader-core';

type ProgressState = ProgressEvent['state'];

/** Where every line of the display stands; plain data. On the owner one line per receiver, on the receiver one. */
export interface Board {
  readonly lines: ReadonlyMap<string, Line>;
  /** The sizes of the objects that count, by ref. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** One line: a receiver over all objects. */
export interface Line {
  readonly label: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** `undefined` until there are two moments to compare. */
  readonly bytesPerSecond: number | undefined;
  readonly state: ProgressState;
  readonly reason?: string;
  readonly streams: ReadonlyMap<string, Stream>;
  /** Recent moments, oldest first, from which the rate is taken. */
  readonly moments: readonly Moment[];
}

interface Stream {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly resumedBytes: number;
  readonly state: ProgressState;
  readonly reason?: string;
}

interface Moment {
  readonly atMs: number;
  readonly bytes: number;
}

const rateWindowMs = 5_000;

/** A board with no lines. */
export function newBoard(sizes: ReadonlyMap<string, number>): Board {
  return { lines: new Map(), sizes };
}

/** The board after one progress event of the line `key`, at `nowMs` of a monotonic clock. */
export function advance(board: Board, key: string, event: ProgressEvent, nowMs: number): Board {
  const before = board.lines.get(key);
  const streams = new Map(before?.streams).set(event.refId, toStream(event, board.sizes.get(event.refId)));
  const all = [...streams.values()];
  const arrived = sum(all, (stream) => stream.bytesDone - stream.resumedBytes);
  const moments = recentMoments([...(before?.moments ?? []), { atMs: nowMs, bytes: arrived }], nowMs);
  const { state, reason } = lineState(all, board.sizes.size);
  const line: Line = {
    label: key,
    bytesDone: sum(all, ({ bytesDone }) => bytesDone),
    bytesTotal: totalBytes(board.sizes, streams),
    bytesPerSecond: rate(moments),
    state,
    ...(reason === undefined ? {} : { reason }),
    streams,
    moments,
  };
  return { ...board, lines: new Map(board.lines).set(key, line) };
}

/** The board at a later moment without news: the rates of lines under way fall. */
export function settle(board: Board, nowMs: number): Board {
  const lines = [...board.lines].map(([key, line]): [string, Line] => {
    const last = line.moments.at(-1);
    if (line.state !== 'active' || !last) return [key, line];
    const moments = recentMoments([...line.moments, { atMs: nowMs, bytes: last.bytes }], nowMs);
    return [key, { ...line, moments, bytesPerSecond: rate(moments) }];
  });
  return { ...board, lines: new Map(lines) };
}

function toStream(event: ProgressEvent, size: number | undefined): Stream {
  return {
    bytesDone: event.bytesDone,
    // A selection brings less than the object's size.
    bytesTotal: event.bytesTotal ?? size ?? event.bytesDone,
    resumedBytes: event.resumedBytes ?? 0,
    state: event.state,
    ...(event.reason === undefined ? {} : { reason: event.reason }),
  };
}

function totalBytes(sizes: ReadonlyMap<string, number>, streams: ReadonlyMap<string, Stream>): number {
  const waiting = sum([...sizes], ([refId, bytes]) => (streams.has(refId) ? 0 : bytes));
  return waiting + sum([...streams.values()], (stream) => stream.bytesTotal);
}

/** The state that says most: any failure first, `completed` only when every object is. */
function lineState(
  streams: readonly Stream[],
  objects: number,
): { readonly state: ProgressState; readonly reason?: string } {
  for (const state of ['failed', 'aborted', 'retrying'] as const) {
    const found = streams.find((stream) => stream.state === state);
    if (found) return { state, ...(found.reason === undefined ? {} : { reason: found.reason }) };
  }
  const isDone = streams.length >= objects && streams.every(({ state }) => state === 'completed');
  return { state: isDone ? 'completed' : streams.every(({ state }) => state === 'started') ? 'started' : 'active' };
}

function recentMoments(moments: readonly Moment[], nowMs: number): readonly Moment[] {
  const first = moments.findIndex(({ atMs }) => nowMs - atMs <= rateWindowMs);
  return moments.slice(Math.max(0, first));
}

function rate(moments: readonly Moment[]): number | undefined {
  const first = moments[0];
  const last = moments.at(-1);
  if (!first || !last || last.atMs <= first.atMs) return undefined;
  return Math.max(0, ((last.bytes - first.bytes) * 1_000) / (last.atMs - first.atMs));
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
