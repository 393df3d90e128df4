import type { Socket } from 'node:net';
import { type Clock, copyTogether } from '@towline/downloader-core/spi';
import { encodeFrameHead, type FrameKind } from './frame.ts';
import type { Outgoing } from './outgoing.ts';

type ControlKind = Exclude<FrameKind, 'message'>;

type Queued = { readonly outgoing: Outgoing } | { readonly kind: ControlKind; readonly header: Uint8Array };

export interface FrameWriterOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  /** The most that the socket is given before it has taken all of it, in bytes; whole TLS records. TLS encrypts into memory of its own. */
  readonly maxWriteBytes: number;
  /** How long a message that is being written may take once its signal aborted. */
  readonly takeBackMs: number;
  /** Called when it took longer. */
  readonly onStuck: () => void;
}

const noHeader = new Uint8Array(0);

/** The most bytes of small frames that are written together; a frame of so many goes alone, and at once. */
const mostTogetherBytes = 64 * 1024;

/** Of more pieces than these each costs the socket more than it does to copy them together: only small frames have so many. */
const mostPieces = 16;

/** The most that a TLS record carries. */
const recordBytes = 16 * 1024;

/** Of pieces from here on, a copy costs more than a write of their own. */
const leastAloneBytes = 64 * 1024;

/** What goes to the socket together: one frame, or several small ones. */
interface Group {
  readonly sends: readonly Outgoing[];
  readonly writes: Iterator<readonly Uint8Array[]>;
  cancelGrace: (() => void) | undefined;
}

/**
 * Writes whole frames in the order in which they come. A large one goes to the socket at once, prefix, header and body in one
 * `writev`; small ones wait for all that the event at hand sets off, and go together.
 */
export class FrameWriter {
  readonly #options: FrameWriterOptions;
  readonly #queue: Queued[] = [];
  readonly #flushed: (() => void)[] = [];
  #current: Group | undefined;
  #isScheduled = false;
  #writes = 0;
  #hasEnded = false;

  constructor(options: FrameWriterOptions) {
    this.#options = options;
  }

  /** How many writes the socket has taken; grows while the peer reads. */
  get progress(): number {
    return this.#writes;
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#queue.length === 0;
  }

  send(outgoing: Outgoing): void {
    this.#queue.push({ outgoing });
    this.#begin(outgoing.bytes >= mostTogetherBytes);
  }

  sendControl(kind: ControlKind, header: Uint8Array = noHeader): void {
    this.#queue.push({ kind, header });
    this.#begin(false);
  }

  /** Resolves when everything that is queued now and later has been written, or the writer ended. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isIdle || this.#hasEnded) resolve();
      else this.#flushed.push(resolve);
    });
  }

  /** Rejects the messages of which nothing was written yet. */
  drop(cause: Error): void {
    for (const queued of this.#queue.splice(0)) if ('outgoing' in queued) queued.outgoing.reject(cause);
    if (this.isIdle) this.#announceFlushed();
  }

  /** The socket is closed: nothing reads any buffer any more. Rejects everything. */
  end(cause: Error): void {
    this.#hasEnded = true;
    this.drop(cause);
    this.#current?.cancelGrace?.();
    for (const outgoing of this.#current?.sends ?? []) outgoing.reject(cause);
    this.#announceFlushed();
  }

  #begin(atOnce: boolean): void {
    if (this.#current || this.#hasEnded) return;
    if (atOnce) return this.#writeNext();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Behind all that the event at hand sets off, but not behind the next one: while much arrives, a whole turn of the event loop
    // is many events long, and a grant that waited for its end would be late.
    queueMicrotask(() => process.nextTick(() => this.#flushSmall()));
  }

  #flushSmall(): void {
    this.#isScheduled = false;
    if (!this.#current && !this.#hasEnded) this.#writeNext();
  }

  #writeNext(): void {
    this.#current = this.#takeGroup();
    if (this.#current) this.#writeOn(this.#current);
    else this.#announceFlushed();
  }

  // After a failed write the socket closes, and `end` settles what is left.
  #writeOn(group: Group): void {
    const next = group.writes.next();
    if (next.done) return this.#written(group);
    this.#write(next.value, () => {
      this.#writes += 1;
      if (!this.#hasEnded) this.#writeOn(group);
    });
  }

  #written({ sends, cancelGrace }: Group): void {
    cancelGrace?.();
    for (const outgoing of sends) outgoing.resolve();
    this.#writeNext();
  }

  /** Takes the next frame, and those behind it that are small enough to go with it. Messages that were given up are left out. */
  #takeGroup(): Group | undefined {
    const pieces: Uint8Array[] = [];
    const sends: Outgoing[] = [];
    const onLateAbort = (): void => this.#onLateAbort(group);
    let bytes = 0;
    let taken = 0;
    for (const queued of this.#queue) {
      const size = 'outgoing' in queued ? queued.outgoing.bytes : queued.header.byteLength;
      if (bytes > 0 && bytes + size > mostTogetherBytes) break;
      taken += 1;
      const frame = 'outgoing' in queued ? takeMessage(queued.outgoing, onLateAbort) : controlFrame(queued);
      if (!frame) continue;
      bytes += size;
      pieces.push(...frame);
      if ('outgoing' in queued) sends.push(queued.outgoing);
    }
    this.#queue.splice(0, taken);
    const written = pieces.length > mostPieces && bytes <= mostTogetherBytes ? [copyTogether(pieces)] : pieces;
    const group: Group = { sends, writes: batches(written, this.#options.maxWriteBytes), cancelGrace: undefined };
    return pieces.length > 0 ? group : undefined;
  }

  #onLateAbort(group: Group): void {
    const { clock, takeBackMs, onStuck } = this.#options;
    group.cancelGrace ??= clock.setTimer(takeBackMs, onStuck);
  }

  #announceFlushed(): void {
    for (const resolve of this.#flushed.splice(0)) resolve();
  }

  /** Calls `onTaken` when the socket no longer reads the pieces and took them all. */
  #write(pieces: readonly Uint8Array[], onTaken: () => void): void {
    const { socket } = this.#options;
    // Node calls back without an error for a write that was cut short because the socket was destroyed.
    const taken = (error?: Error | null): void => (error || socket.destroyed ? undefined : onTaken());
    const last = pieces.length - 1;
    socket.cork();
    for (let index = 0; index < last; index += 1) socket.write(pieces[index] as Uint8Array);
    socket.write(pieces[last] as Uint8Array, taken);
    socket.uncork();
  }
}

function controlFrame({ kind, header }: { readonly kind: ControlKind; readonly header: Uint8Array }): Uint8Array[] {
  return [encodeFrameHead(kind, header, 0)];
}

/** The pieces of a message's frame; nothing when it was given up. */
function takeMessage(outgoing: Outgoing, onLateAbort: () => void): Uint8Array[] | undefined {
  const message = outgoing.take(onLateAbort);
  if (!message) return undefined;
  const { header, body } = message;
  const head = encodeFrameHead('message', header, outgoing.bytes - header.byteLength);
  return [head, ...body.filter((segment) => segment.byteLength > 0)];
}

/**
 * The pieces in groups of at most `maxBytes`, cut where needed. Node copies a group of several pieces together before it encrypts
 * them, but encrypts a single one from where it lies: so a large piece goes alone, but for what fills the TLS record begun before it.
 */
export function* batches(
  pieces: readonly Uint8Array[],
  maxBytes: number,
): Generator<readonly Uint8Array[], void, void> {
  if (maxBytes === Infinity) {
    if (pieces.length > 0) yield pieces;
    return;
  }
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    for (let offset = 0; offset < piece.byteLength;) {
      const isLarge = piece.byteLength - offset >= leastAloneBytes;
      const room = isLarge && bytes > 0 ? restOfRecord(bytes) : maxBytes - bytes;
      const part = piece.subarray(offset, offset + room);
      if (part.byteLength > 0) batch.push(part);
      offset += part.byteLength;
      bytes += part.byteLength;
      if (!isLarge && bytes < maxBytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/** How many bytes a TLS record still takes when so many are before it. */
function restOfRecord(bytes: number): number {
  return (recordBytes - (bytes % recordBytes)) % recordBytes;
}
