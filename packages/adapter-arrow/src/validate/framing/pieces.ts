import type { MessageKind } from '../message/read-message.ts';

/** A place in a stream or file: bytes are referred to, never copied. */
export interface ByteRange {
  /** In bytes, from the start of the stream, file or body that it is a part of. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** One encapsulated message: prefix, metadata (with its padding) and body, in this order and without a gap. */
export interface MessagePiece extends ByteRange {
  readonly kind: 'message';
  /** What the message holds. */
  readonly message: MessageKind;
  /** 1 to 5 for V1 to V5. */
  readonly version: number;
  /** 8: continuation marker and length; 4: the length alone, as before format version 0.15. */
  readonly prefixBytes: 4 | 8;
  /** With its padding, without the prefix. */
  readonly metadataBytes: number;
  /** With its padding. */
  readonly bodyBytes: number;
}

/** Bytes that are no message. */
export interface OtherPiece extends ByteRange {
  /** What the bytes are instead. */
  readonly kind: OtherPieceKind;
}

/**
 * - `magic`: `ARROW1`, at both ends of a file
 * - `padding`: between the first magic and byte 8
 * - `end`: the end marker of a stream, 4 or 8 bytes
 * - `gap`: bytes of a file that no block of the footer and no known piece covers
 * - `trailing`: bytes after the end marker of a stream
 * - `footer`, `footerLength`: of a file
 */
export type OtherPieceKind = 'magic' | 'padding' | 'end' | 'gap' | 'trailing' | 'footer' | 'footerLength';

/** The pieces of a stream or file, in order, tile it: each byte is in exactly one. */
export type IpcPiece = MessagePiece | OtherPiece;

/** The metadata of a message piece. */
export const metadataRange = (piece: MessagePiece): ByteRange => ({
  offset: piece.offset + piece.prefixBytes,
  length: piece.metadataBytes,
});

/** The body of a message piece. */
export const bodyRange = (piece: MessagePiece): ByteRange => ({
  offset: piece.offset + piece.prefixBytes + piece.metadataBytes,
  length: piece.bodyBytes,
});
