import type { Socket } from 'node:net';
import type { Clock } from '@towline/downloader-core/spi';
import { encodeFrameHead, type FrameKind } from './frame.ts';
import type { Outgoing } from './outgoing.ts';

type ControlKind = Exclude<FrameKind, 'message'>;

type Queued = { readonly outgoing: Outgoing } | { readonly kind: ControlKind; readonly header: Uint8Array };

export interface FrameWriterOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  /** The most that the socket is given before it has taken all of it, in bytes. TLS copies what it is given. */
  readonly maxWriteBytes: number;
  /** How long a message that is being written may take once its signal aborted. */
  readonly takeBackMs: number;
  /** Called when it took longer. */
  readonly onStuck: () => void;
}

const noHeader = new Uint8Array(0);

/** Writes whole frames, one after the other; each frame's prefix, header and body go to the socket in one `writev`. */
export class FrameWriter {
  readonly #options: FrameWriterOptions;
  readonly #queue: Queued[] = [];
  readonly #flushed: (() => void)[] = [];
  #current: Queued | undefined;
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
    this.#push({ outgoing });
  }

  sendControl(kind: ControlKind, header: Uint8Array = noHeader): void {
    this.#push({ kind, header });
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
  }

  /** The socket is closed: nothing reads any buffer any more. Rejects everything. */
  end(cause: Error): void {
    this.#hasEnded = true;
    this.drop(cause);
    if (this.#current && 'outgoing' in this.#current) this.#current.outgoing.reject(cause);
    this.#announceFlushed();
  }

  #push(queued: Queued): void {
    this.#queue.push(queued);
    if (!this.#current) void this.#run();
  }

  async #run(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      this.#current = next;
      const isWritten = await this.#writeQueued(next);
      // After a failed write the socket closes, and `end` settles what is left.
      if (!isWritten || this.#hasEnded) return;
    }
    this.#current = undefined;
    this.#announceFlushed();
  }

  #announceFlushed(): void {
    for (const resolve of this.#flushed.splice(0)) resolve();
  }

  #writeQueued(queued: Queued): Promise<boolean> | boolean {
    if ('outgoing' in queued) return this.#writeMessage(queued.outgoing);
    return this.#writeFrame([encodeFrameHead(queued.kind, queued.header, 0)]);
  }

  async #writeMessage(outgoing: Outgoing): Promise<boolean> {
    const { clock, takeBackMs, onStuck } = this.#options;
    let cancelGrace: (() => void) | undefined;
    const message = outgoing.take(() => (cancelGrace = clock.setTimer(takeBackMs, onStuck)));
    if (!message) return true;
    const body = message.body.filter((segment) => segment.byteLength > 0);
    const bodyBytes = body.reduce((bytes, segment) => bytes + segment.byteLength, 0);
    const isWritten = await this.#writeFrame([encodeFrameHead('message', message.header, bodyBytes), ...body]);
    cancelGrace?.();
    if (isWritten) outgoing.resolve();
    return isWritten;
  }

  async #writeFrame(pieces: readonly Uint8Array[]): Promise<boolean> {
    for (const batch of batches(pieces, this.#options.maxWriteBytes)) {
      if (!(await this.#write(batch))) return false;
      this.#writes += 1;
    }
    return true;
  }

  /** Resolves when the socket no longer reads the pieces: with true when it took them all. */
  #write(pieces: readonly Uint8Array[]): Promise<boolean> {
    const { socket } = this.#options;
    return new Promise((resolve) => {
      // Node calls back without an error for a write that was cut short because the socket was destroyed.
      const taken = (error?: Error | null): void => resolve(!error && !socket.destroyed);
      socket.cork();
      for (const [index, piece] of pieces.entries()) {
        if (index < pieces.length - 1) socket.write(piece);
        else socket.write(piece, taken);
      }
      socket.uncork();
    });
  }
}

/** The pieces in groups of at most `maxBytes`, cut where needed. */
export function* batches(pieces: readonly Uint8Array[], maxBytes: number): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let room = maxBytes;
  for (const piece of pieces) {
    for (let offset = 0; offset < piece.byteLength;) {
      const part = piece.subarray(offset, offset + room);
      batch.push(part);
      offset += part.byteLength;
      room -= part.byteLength;
      if (room > 0) continue;
      yield batch;
      batch = [];
      room = maxBytes;
    }
  }
  if (batch.length > 0) yield batch;
}
