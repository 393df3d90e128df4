import { deferred, type Deferred } from '../base/deferred.ts';
import { reasonOf } from '../base/text.ts';
import type { ChunkDigest } from '../wire/chunk-digest.ts';
import { totalBytes } from '../base/copies.ts';
import type { Uncut } from '../wire/cut.ts';
import type { Pull } from '../wire/messages.ts';
import type { OutgoingBody } from '../wire/wire.ts';
import type { OwnerContext } from './context.ts';
import type { LedgerEntry } from './ledger.ts';
import type { HeldChunk } from './shared-chunks.ts';

/** What an {@link Outbox} works with. */
export interface OutboxSetup {
  readonly context: OwnerContext;
  readonly entry: LedgerEntry;
  readonly peerId: string;
  readonly pull: Pull;
  /** Aborts when the pull ends: what is queued is dropped. */
  readonly signal: AbortSignal;
  /** A message of the pull did not go out. */
  readonly onFailed: () => void;
}

// However much credit a receiver gives: what the transport has not taken yet is held here. One chunk on its way and one ready keep a
// link busy; more would only be made in one go while the link has nothing to do. Of small ones it takes more.
const leastSendsAhead = 2;
const mostSendsAhead = 64;
const mostBytesAhead = 2 * 1024 * 1024;

const longestReason = 500;

/** The messages of one pull on their way to its receiver. */
export class Outbox {
  readonly #setup: OutboxSetup;
  /** How many messages the transport has not taken, and their bodies' bytes. */
  #untaken = 0;
  #untakenBytes = 0;
  #oneLess: Deferred<void> | undefined;

  constructor(setup: OutboxSetup) {
    this.#setup = setup;
  }

  /** Resolves when the transport reads nothing of this pull any more. */
  async drained(): Promise<void> {
    while (this.#untaken > 0) await this.#taken();
  }

  /** Whether another chunk may be handed to the transport. */
  get hasRoom(): boolean {
    if (this.#untaken < leastSendsAhead) return true;
    return this.#untaken < mostSendsAhead && this.#untakenBytes < mostBytesAhead;
  }

  /** Resolves when there is room for another chunk. */
  async room(): Promise<void> {
    while (!this.hasRoom) await this.#taken();
  }

  sendDescription(
    segments: readonly Uint8Array[],
    details: { readonly totalBytes?: number; readonly totalItems?: number; readonly idleTimeoutMs: number },
    onSent: () => void,
  ): void {
    const { downloadId, pullNo } = this.#setup.pull;
    const checksum = this.#setup.context.hasher().checksum(segments);
    this.#sendBody({ kind: 'described', downloadId, pullNo, ...details }, { segments, checksum }, onSent);
  }

  /** Sends a chunk and adds it to the digest of the pull. */
  sendChunk({ chunk, checksum, owned }: HeldChunk, digest: ChunkDigest, onSent: () => void): void {
    const { downloadId, pullNo } = this.#setup.pull;
    const segments = [...chunk.segments, chunk.stateBytes];
    digest.add(checksum);
    const message = { kind: 'chunk', downloadId, pullNo, seq: digest.chunks, items: chunk.items } as const;
    this.#sendBody(message, { segments, checksum, owned }, onSent);
  }

  sendEnd(
    digest: ChunkDigest,
    end: { status: 'eof' | 'error'; nonce?: string | undefined; code?: string; reason?: string },
  ): void {
    const { context, peerId, pull, signal } = this.#setup;
    const { downloadId, pullNo } = pull;
    const { chunks } = digest;
    const message = { kind: 'end', downloadId, pullNo, chunks, digest: digest.digest(), ...end } as const;
    this.#track(context.wire.send(peerId, message, signal), 0);
  }

  /** Refuses the pull. It goes out even when the pull has ended. */
  refuse(code: string, reason: string | undefined): void {
    const { context, peerId, pull } = this.#setup;
    const { downloadId, pullNo } = pull;
    context.wire
      .send(peerId, { kind: 'refused', downloadId, pullNo, code, reason: reason?.slice(0, longestReason) })
      .catch(() => {});
  }

  #sendBody(message: Uncut, body: OutgoingBody, onSent: () => void): void {
    const { context, entry, peerId, signal } = this.#setup;
    const bytes = totalBytes(body.segments);
    entry.wireBytes += bytes;
    this.#track(context.wire.sendBody(peerId, message, body, signal), bytes, onSent);
  }

  #track(send: Promise<void>, bytes: number, onSettled?: () => void): void {
    this.#untaken += 1;
    this.#untakenBytes += bytes;
    const settled = (): void => {
      onSettled?.();
      this.#untaken -= 1;
      this.#untakenBytes -= bytes;
      this.#oneLess?.resolve();
      this.#oneLess = undefined;
    };
    send.then(settled, (error: unknown) => {
      this.#setup.context.logger.debug(`a message did not go out: ${reasonOf(error)}`);
      this.#setup.onFailed();
      settled();
    });
  }

  #taken(): Promise<void> {
    return (this.#oneLess ??= deferred()).promise;
  }
}
