import { ArrowFormatError } from '../errors.ts';
import { type ArrowLimits, arrowLimits } from '../limits.ts';
import { readMessage } from '../message/read-message.ts';
import type { IpcPiece } from './pieces.ts';
import { maxPrefixBytes, readPrefix } from './prefix.ts';
import { type PositionedBytes, type Reads, readFromSource } from './reads.ts';
import type { StreamMessage } from './stream-parser.ts';
import { type ReadFileOptions, withoutMetadata } from './walk-file.ts';

/** What is called with each message of a stream, in order. Its metadata is not kept. */
export type OnMessage = (message: StreamMessage) => void;

/**
 * Takes a stream apart whose bytes are all there: reads the metadata of each message, never a body. The pieces tile it. Throws
 * `truncated` inside of a message or when there is none, `bad_framing`, `too_large` and what metadata deserves.
 */
export function walkStream(
  source: PositionedBytes,
  onMessage: OnMessage,
  options: ReadFileOptions = {},
): Promise<readonly IpcPiece[]> {
  return readFromSource(streamLayout(source.size, onMessage, arrowLimits(options.limits)), source, options.signal);
}

function* streamLayout(size: number, onMessage: OnMessage, limits: ArrowLimits): Reads<readonly IpcPiece[]> {
  const pieces: IpcPiece[] = [];
  let offset = 0;
  while (offset < size) {
    const message = yield* messageAt(offset, size, limits);
    if (typeof message === 'number') {
      pieces.push({ kind: 'end', offset, length: message });
      offset += message;
      if (offset < size) pieces.push({ kind: 'trailing', offset, length: size - offset });
      return pieces;
    }
    onMessage(message);
    pieces.push(withoutMetadata(message));
    offset += message.length;
  }
  if (pieces.length === 0) truncated('The stream ends before its first message', offset);
  return pieces;
}

/** The message at a place, or the length of the end marker there. */
function* messageAt(offset: number, size: number, limits: ArrowLimits): Reads<StreamMessage | number> {
  const head = yield { offset, length: Math.min(maxPrefixBytes, size - offset) };
  const prefix = readPrefix(head, offset, limits);
  if (prefix === undefined) truncated('The stream ends before a message’s metadata does', size);
  const { prefixBytes, metadataBytes } = prefix;
  if (metadataBytes === 0) return prefixBytes;
  const start = offset + prefixBytes;
  if (start + metadataBytes > size) truncated('The stream ends before a message’s metadata does', size);
  const metadata = yield { offset: start, length: metadataBytes };
  const { kind: message, version, bodyBytes } = readMessage(metadata, start);
  const length = prefixBytes + metadataBytes + bodyBytes;
  if (offset + length > size)
    truncated(`The stream ends ${offset + length - size} bytes before a message’s body does`, size);
  return { kind: 'message', offset, length, message, version, prefixBytes, metadataBytes, bodyBytes, metadata };
}

function truncated(message: string, offset: number): never {
  throw new ArrowFormatError('truncated', message, { offset });
}
