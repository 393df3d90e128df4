import { ArrowFormatError } from '../errors.ts';
import { type ArrowLimits, arrowLimits } from '../limits.ts';
import { readMessage } from '../message/read-message.ts';
import {
  type FileBlock,
  type FileFooter,
  blockLength,
  blocksInOrder,
  fileFooter,
  fileHeadBytes,
  magicBytes,
} from './footer.ts';
import type { IpcPiece, MessagePiece, OtherPieceKind } from './pieces.ts';
import { maxPrefixBytes, readPrefix } from './prefix.ts';
import { type PositionedBytes, type Reads, readFromBytes, readFromSource } from './reads.ts';
import type { StreamMessage } from './stream-parser.ts';

/** An IPC file taken apart. */
export interface FileLayout {
  /** What the file says of itself, at its end. */
  readonly footer: FileFooter;
  /** In the order of the file; together they are the file. */
  readonly pieces: readonly IpcPiece[];
}

/** Options of the functions that read files. */
export interface ReadFileOptions {
  /** Default: the defaults of {@link ArrowLimits}. */
  readonly limits?: Partial<ArrowLimits> | undefined;
  /** Stops the reading with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes a file apart: reads its footer and the metadata of each block, never a body, and never the same place twice.
 * Throws `truncated`, `bad_magic`, `bad_footer`, `bad_block`, `too_large` and what metadata deserves.
 */
export function walkFile(source: PositionedBytes, options: ReadFileOptions = {}): Promise<FileLayout> {
  return readFromSource(fileLayout(source.size, arrowLimits(options.limits)), source, options.signal);
}

/** {@link walkFile} over a file in memory. */
export function walkFileBytes(file: Uint8Array, options: Pick<ReadFileOptions, 'limits'> = {}): FileLayout {
  return readFromBytes(fileLayout(file.length, arrowLimits(options.limits)), file);
}

/** Reads only the footer of a file, and checks where its blocks lie. Throws as {@link walkFile}. */
export function readFileFooter(source: PositionedBytes, options: ReadFileOptions = {}): Promise<FileFooter> {
  return readFromSource(fileFooter(source.size, arrowLimits(options.limits)), source, options.signal);
}

/** Reads the metadata of one block. Throws `bad_block` when another kind of message is there, and what metadata deserves. */
export function readFileBlock(
  source: PositionedBytes,
  block: FileBlock,
  options: ReadFileOptions = {},
): Promise<StreamMessage> {
  return readFromSource(blockMessage(block, arrowLimits(options.limits)), source, options.signal);
}

function* fileLayout(size: number, limits: ArrowLimits): Reads<FileLayout> {
  const footer = yield* fileFooter(size, limits);
  const { range } = footer;
  const pieces: IpcPiece[] = [other('magic', 0, magicBytes), other('padding', magicBytes, fileHeadBytes)];
  let end = fileHeadBytes;
  for (const block of blocksInOrder(footer)) {
    pieces.push(...(yield* gapPieces(end, block.offset, limits)));
    pieces.push(withoutMetadata(yield* blockMessage(block, limits)));
    end = block.offset + blockLength(block);
  }
  pieces.push(...(yield* gapPieces(end, range.offset, limits)));
  const footerEnd = range.offset + range.length;
  pieces.push(other('footer', range.offset, footerEnd), other('footerLength', footerEnd, size - magicBytes));
  pieces.push(other('magic', size - magicBytes, size));
  return { footer, pieces };
}

function* blockMessage(block: FileBlock, limits: ArrowLimits): Reads<StreamMessage> {
  const { offset, metadataBytes, bodyBytes, kind } = block;
  if (metadataBytes > limits.maxMetadataBytes) {
    throw new ArrowFormatError('too_large', `Metadata of ${metadataBytes} bytes is over the limit`, { offset });
  }
  const bytes = yield { offset, length: metadataBytes };
  const prefix = readPrefix(bytes.subarray(0, maxPrefixBytes), offset, limits);
  if (prefix === undefined || prefix.metadataBytes === 0 || prefix.prefixBytes + prefix.metadataBytes > metadataBytes) {
    throw new ArrowFormatError('bad_block', 'No message of the given length is where the footer says', { offset });
  }
  const { prefixBytes } = prefix;
  const metadata = bytes.subarray(prefixBytes);
  const message = readMessage(metadata, offset + prefixBytes);
  if (message.kind !== kind) {
    throw new ArrowFormatError('bad_block', `A block for a ${kind} is a message of kind ${message.kind}`, { offset });
  }
  if (message.bodyBytes !== bodyBytes) {
    throw new ArrowFormatError(
      'bad_block',
      `A body has ${bodyBytes} bytes in the footer, ${message.bodyBytes} in its message`,
      { offset },
    );
  }
  // The footer counts padding before the body that the prefix may leave out; it is part of the metadata here.
  const part = { prefixBytes, metadataBytes: metadata.length, bodyBytes };
  return {
    kind: 'message',
    offset,
    length: blockLength(block),
    message: kind,
    version: message.version,
    ...part,
    metadata,
  };
}

/** Bytes between blocks: a schema message and an end marker are known by sight; the rest is not looked at. */
function* gapPieces(start: number, end: number, limits: ArrowLimits): Reads<IpcPiece[]> {
  const pieces: IpcPiece[] = [];
  const schema = yield* schemaMessage(start, end, limits);
  if (schema !== undefined) pieces.push(schema);
  const afterSchema = start + (schema?.length ?? 0);
  const marker = yield* endMarkerBytes(afterSchema, end);
  if (marker > 0) pieces.push(other('end', afterSchema, afterSchema + marker));
  const rest = afterSchema + marker;
  if (rest < end) pieces.push(other('gap', rest, end));
  return pieces;
}

/** The copy of the schema that most writers put before the first block, as in a stream; not required, so never refused. */
function* schemaMessage(start: number, end: number, limits: ArrowLimits): Reads<MessagePiece | undefined> {
  if (end - start <= maxPrefixBytes) return undefined;
  const head = yield { offset: start, length: maxPrefixBytes };
  const prefix = quietly(() => readPrefix(head, start, limits));
  if (prefix === undefined || prefix.metadataBytes === 0) return undefined;
  const { prefixBytes, metadataBytes } = prefix;
  const length = prefixBytes + metadataBytes;
  if (length > end - start) return undefined;
  const metadata = yield { offset: start + prefixBytes, length: metadataBytes };
  const message = quietly(() => readMessage(metadata));
  if (message?.kind !== 'schema' || message.bodyBytes !== 0) return undefined;
  return {
    kind: 'message',
    offset: start,
    length,
    message: 'schema',
    version: message.version,
    ...prefix,
    bodyBytes: 0,
  };
}

function* endMarkerBytes(start: number, end: number): Reads<number> {
  const length = Math.min(end - start, maxPrefixBytes);
  if (length < 4) return 0;
  const bytes = yield { offset: start, length };
  const zeros = (from: number, to: number): boolean => bytes.subarray(from, to).every((byte) => byte === 0);
  const marked = length === 8 && bytes.subarray(0, 4).every((byte) => byte === 0xff) && zeros(4, 8);
  if (marked) return 8;
  return length === 4 && zeros(0, 4) ? 4 : 0;
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArrowFormatError) return undefined;
    throw error;
  }
}

/** A message as a piece, which does not hold its metadata. */
export function withoutMetadata({ metadata: _, ...piece }: StreamMessage): MessagePiece {
  return piece;
}

const other = (kind: OtherPieceKind, start: number, end: number): IpcPiece => ({
  kind,
  offset: start,
  length: end - start,
});
