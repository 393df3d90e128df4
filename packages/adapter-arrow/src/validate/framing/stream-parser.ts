import { ArrowFormatError } from '../errors.ts';
import { type ArrowLimits, arrowLimits } from '../limits.ts';
import { readMessage } from '../message/read-message.ts';
import { Gather } from './gather.ts';
import type { MessagePiece, OtherPiece } from './pieces.ts';
import { type MessagePrefix, PrefixGather, readPrefix } from './prefix.ts';

/** A message as it is found in a stream, with its metadata, so that it can be judged before its body is there. */
export interface StreamMessage extends MessagePiece {
  /** Without prefix, with padding. A view of the pushed bytes where it came in one piece, otherwise a copy. */
  readonly metadata: Uint8Array;
}

/** What {@link StreamParser} finds. */
export type StreamPiece = StreamMessage | OtherPiece;

/** Options of {@link StreamParser}. */
export interface StreamParserOptions {
  /** Default: the defaults of {@link ArrowLimits}. */
  readonly limits?: Partial<ArrowLimits> | undefined;
  /** Position of the first byte pushed. Default 0. */
  readonly offset?: number | undefined;
}

/**
 * Finds the pieces of an IPC stream in bytes that come cut anywhere. The pieces are the same however they are cut, and
 * tile the stream. A message is reported when its metadata is there; its body need not be, and is never held.
 */
export class StreamParser {
  readonly #limits: ArrowLimits;
  readonly #prefix = new PrefixGather();
  #metadata: { readonly prefix: MessagePrefix; readonly gather: Gather } | undefined;
  #bodyBytesLeft = 0;
  #pieceOffset: number;
  #offset: number;
  #messages = 0;
  #ended = false;

  /** Begins before the first byte of a stream, which is at `offset`. */
  constructor(options: StreamParserOptions = {}) {
    this.#limits = arrowLimits(options.limits);
    this.#offset = options.offset ?? 0;
    this.#pieceOffset = this.#offset;
  }

  /** Bytes of the latest message’s body that have not been pushed yet. */
  get bodyBytesLeft(): number {
    return this.#bodyBytesLeft;
  }

  /** Whether the end marker was seen. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Takes the next bytes and returns what they complete, in order. Nothing of `bytes` is kept beyond the call, except
   * by the metadata that is returned. Throws `bad_framing`, `too_large` and what the metadata of a message deserves;
   * the parser cannot be used after that.
   */
  push(bytes: Uint8Array): StreamPiece[] {
    const pieces: StreamPiece[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      const { taken, piece } = this.advance(rest);
      rest = rest.subarray(taken);
      if (piece !== undefined) pieces.push(piece);
    }
    return pieces;
  }

  /**
   * Takes bytes up to the end of the next piece’s metadata, or all of them. So a caller that wants the body of a message
   * has it at the front of what was not taken. Throws as {@link push}.
   */
  advance(bytes: Uint8Array): { readonly taken: number; readonly piece: StreamPiece | undefined } {
    let taken = 0;
    let piece: StreamPiece | undefined;
    while (taken < bytes.length && piece === undefined) {
      const step = this.#step(bytes.subarray(taken));
      this.#offset += step.taken;
      taken += step.taken;
      ({ piece } = step);
    }
    return { taken, piece };
  }

  /**
   * Ends the stream. Returns bytes after the end marker as one piece. Throws `truncated` inside of a message, or when
   * there was none. A stream that was cut between two messages cannot be told from a whole one: see {@link ended}.
   */
  finish(): StreamPiece[] {
    if (this.#messages === 0) this.#truncated('The stream ends before its first message');
    if (this.#metadata !== undefined || this.#prefix.heldBytes > 0)
      this.#truncated('The stream ends before a message’s metadata does');
    if (this.#bodyBytesLeft > 0)
      this.#truncated(`The stream ends ${this.#bodyBytesLeft} bytes before a message’s body does`);
    const length = this.#offset - this.#pieceOffset;
    return this.#ended && length > 0 ? [{ kind: 'trailing', offset: this.#pieceOffset, length }] : [];
  }

  #step(bytes: Uint8Array): { taken: number; piece?: StreamPiece | undefined } {
    if (this.#ended) return { taken: bytes.length };
    if (this.#bodyBytesLeft > 0) return { taken: this.#skipBody(bytes) };
    return this.#metadata === undefined ? this.#takePrefix(bytes) : this.#takeMetadata(bytes, this.#metadata);
  }

  #skipBody(bytes: Uint8Array): number {
    const taken = Math.min(this.#bodyBytesLeft, bytes.length);
    this.#bodyBytesLeft -= taken;
    return taken;
  }

  #takePrefix(bytes: Uint8Array): { taken: number; piece?: StreamPiece } {
    if (this.#prefix.heldBytes === 0) this.#pieceOffset = this.#offset;
    const taken = this.#prefix.take(bytes);
    const prefix = readPrefix(this.#prefix.bytes, this.#pieceOffset, this.#limits);
    if (prefix === undefined) return { taken };
    this.#prefix.clear();
    if (prefix.metadataBytes > 0) {
      this.#metadata = { prefix, gather: new Gather(prefix.metadataBytes) };
      return { taken };
    }
    return { taken, piece: this.#end(prefix.prefixBytes) };
  }

  #end(length: number): OtherPiece {
    const offset = this.#pieceOffset;
    this.#ended = true;
    this.#pieceOffset = offset + length;
    return { kind: 'end', offset, length };
  }

  #takeMetadata(
    bytes: Uint8Array,
    { prefix, gather }: { prefix: MessagePrefix; gather: Gather },
  ): { taken: number; piece?: StreamPiece } {
    const { taken, whole } = gather.take(bytes);
    if (whole === undefined) return { taken };
    this.#metadata = undefined;
    this.#messages += 1;
    const piece = streamMessage(this.#pieceOffset, prefix, whole);
    this.#bodyBytesLeft = piece.bodyBytes;
    return { taken, piece };
  }

  #truncated(message: string): never {
    throw new ArrowFormatError('truncated', message, { offset: this.#offset });
  }
}

function streamMessage(
  offset: number,
  { prefixBytes, metadataBytes }: MessagePrefix,
  metadata: Uint8Array,
): StreamMessage {
  const { kind, version, bodyBytes } = readMessage(metadata, offset + prefixBytes);
  const length = prefixBytes + metadataBytes + bodyBytes;
  if (!Number.isSafeInteger(offset + length)) {
    throw new ArrowFormatError('bad_framing', 'A message ends beyond 2^53', { offset });
  }
  return { kind: 'message', offset, length, message: kind, version, prefixBytes, metadataBytes, bodyBytes, metadata };
}
