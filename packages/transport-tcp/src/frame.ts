import { DownloadError } from '@towline/downloader-core/spi';

// A frame is a prefix of 12 bytes, a header and a body. Numbers are unsigned and big-endian.
//
//   offset 0  2 bytes  0x54 0x4C ("TL")
//          2  1 byte   kind, see frameKinds
//          3  1 byte   0
//          4  4 bytes  length of the header
//          8  4 bytes  length of the body

/** The length of a frame's prefix, in bytes. */
export const prefixBytes = 12;

/** The largest header of a frame other than a message, in bytes. */
export const maxControlHeaderBytes = 1024;

/** The most that a dialling side sends behind its preface before that was answered: whole message frames, in bytes. */
export const mostAheadBytes: number = 64 * 1024;

const magic = 0x544c;

/** What frames are for. The numbers are those on the wire. */
export const frameKinds = {
  /** First frame of either side: who it is. */
  preface: 1,
  /** A message of the application: opaque header and body. */
  message: 2,
  /** Asks for a pong, and shows that the sender lives. No header, no body. */
  ping: 3,
  pong: 4,
  /** Last frame of a side: why it ends the connection. */
  goodbye: 5,
} as const;

export type FrameKind = keyof typeof frameKinds;

const kindNames = new Map<number, FrameKind>(
  Object.entries(frameKinds).map(([name, number]) => [number, name as FrameKind]),
);

/** What a prefix says. */
export interface FramePrefix {
  readonly kind: FrameKind;
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

/** Sizes above which a message is refused before anything is allocated for it, in bytes. */
export interface FrameLimits {
  readonly maxHeaderBytes: number;
  readonly maxMessageBytes: number;
}

/** Prefix and header in one buffer; the body follows it on the wire. */
export function encodeFrameHead(kind: FrameKind, header: Uint8Array, bodyBytes: number): Uint8Array {
  const head = Buffer.allocUnsafe(prefixBytes + header.byteLength);
  head.writeUInt16BE(magic, 0);
  head.writeUInt8(frameKinds[kind], 2);
  head.writeUInt8(0, 3);
  head.writeUInt32BE(header.byteLength, 4);
  head.writeUInt32BE(bodyBytes, 8);
  head.set(header, prefixBytes);
  return head;
}

/** Reads the prefix at `offset`; an error, made but not thrown, says what is wrong with it. */
export function decodePrefix(view: DataView, offset: number, limits: FrameLimits): FramePrefix | DownloadError {
  const isMarked = view.getUint16(offset) === magic && view.getUint8(offset + 3) === 0;
  const kind = kindNames.get(view.getUint8(offset + 2));
  if (!isMarked || !kind) return protocolError('what the peer sent is no frame');
  const prefix = { kind, headerBytes: view.getUint32(offset + 4), bodyBytes: view.getUint32(offset + 8) };
  return sizeProblem(prefix, limits) ?? prefix;
}

/** The peer did what the protocol does not allow. */
export function protocolError(message: string): DownloadError {
  return new DownloadError('protocol', message);
}

function sizeProblem({ kind, headerBytes, bodyBytes }: FramePrefix, limits: FrameLimits): DownloadError | undefined {
  const isMessage = kind === 'message';
  const maxHeaderBytes = isMessage ? limits.maxHeaderBytes : maxControlHeaderBytes;
  const maxBytes = isMessage ? limits.maxMessageBytes : maxControlHeaderBytes;
  const bytes = headerBytes + bodyBytes;
  if (headerBytes > maxHeaderBytes)
    return tooLarge(`a ${kind} header of ${headerBytes} bytes, above ${maxHeaderBytes}`);
  if (bytes > maxBytes) return tooLarge(`a ${kind} of ${bytes} bytes, above ${maxBytes}`);
  return isMessage || bodyBytes === 0 ? undefined : protocolError(`the peer sent a ${kind} with a body`);
}

function tooLarge(what: string): DownloadError {
  return new DownloadError('limit_exceeded', `the peer announced ${what}`);
}
