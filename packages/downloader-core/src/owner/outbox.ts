import { deferred, type Deferred } from '../base/deferred.ts';
import { reasonOf } from '../base/text.ts';
import type { ChunkDigest } from '../wire/chunk-digest.ts';
import { totalBytes } from '../wire/copies.ts';
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

// However much credit a receiver gives: what the transport has not taken yet is held here.
const mostSendsAhead = 8;

const longestReason = 500;

/** The messages of one pull on their way to its receiver. */
export class Outbox {
  readonly #setup: OutboxSetup;
  readonly #sends = new Set<Promise<void>>();
  #oneLess: Deferred<void> | undefined;

  constructor(setup: OutboxSetup) {
    this.#setup = setup;
  }

  /** Resolves when the transport reads nothing of this pull any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#sends);
  }

  /** Resolves when there is room for another chunk. */
  async room(): Promise<void> {
    while (this.#sends.size >= mostSendsAhead) await (this.#oneLess ??= deferred()).promise;
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
    this.#track(context.wire.send(peerId, message, signal));
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
    entry.wireBytes += totalBytes(body.segments);
    this.#track(context.wire.sendBody(peerId, message, body, signal).finally(onSent));
  }

  #track(send: Promise<void>): void {
    const tracked = send.catch((error: unknown) => {
      this.#setup.context.logger.debug(`a message did not go out: ${reasonOf(error)}`);
      this.#setup.onFailed();
    });
    this.#sends.add(tracked);
    void tracked.then(() => {
      this.#sends.delete(tracked);
      this.#oneLess?.resolve();
      this.#oneLess = undefined;
    });
  }
}
