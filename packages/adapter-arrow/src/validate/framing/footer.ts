import { ArrowFormatError } from '../errors.ts';
import { FlatBuffer, type FlatTable } from '../flatbuffer/reader.ts';
import type { ArrowLimits } from '../limits.ts';
import { type KeyValue, readKeyValues } from '../message/key-values.ts';
import type { ByteRange } from './pieces.ts';
import type { Reads } from './reads.ts';

/** Where a file’s footer says that a batch is. */
export interface FileBlock {
  /** In which of the footer's two lists it stands. */
  readonly kind: 'dictionaryBatch' | 'recordBatch';
  /** From the start of the file, at its prefix. */
  readonly offset: number;
  /** Of prefix, metadata and padding together. */
  readonly metadataBytes: number;
  /** Of the body, with its padding. */
  readonly bodyBytes: number;
}

/** The footer of an IPC file. Its blocks have been checked against the file and each other, not yet read. */
export interface FileFooter {
  /** As the footer says it: 1 to 5 for V1 to V5. Writers before 1.0 left it out, which reads as V1; their messages have it. */
  readonly version: number;
  /** Not read yet: see `readFooterSchema`. Where a file is only passed on, its schema need not be understood. */
  readonly schemaTable: FlatTable;
  /** In the order in which they apply. */
  readonly dictionaries: readonly FileBlock[];
  /** In the order of the data, which need not be that of their places in the file. */
  readonly recordBatches: readonly FileBlock[];
  /** Key and value pairs, as they stand; empty without any. */
  readonly customMetadata: readonly KeyValue[];
  /** Where the footer’s flatbuffer is in the file. */
  readonly range: ByteRange;
}

/** What an IPC file begins and ends with. */
export const magic: Uint8Array = new TextEncoder().encode('ARROW1');
/** Bytes of the magic at either end. */
export const magicBytes: number = magic.length;
/** The first magic with its padding. */
export const fileHeadBytes = 8;
/** Length of the footer, then the magic. */
export const fileTailBytes: number = 4 + magicBytes;

// Slots of table `Footer` and the members of struct `Block`, format/File.fbs of Apache Arrow.
const slot = { version: 0, schema: 1, dictionaries: 2, recordBatches: 3, customMetadata: 4 } as const;
const blockBytes = 24;

/** Whether bytes begin as an IPC file does. */
export function startsAsFile(head: Uint8Array): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

/**
 * Reads the footer of a file of `size` bytes and checks its blocks.
 * Throws `truncated`, `bad_magic`, `bad_footer`, `bad_block`, `too_large` and what metadata deserves.
 */
export function* fileFooter(size: number, limits: ArrowLimits): Reads<FileFooter> {
  const range = yield* footerRange(size, limits);
  const table = new FlatBuffer(yield range, range.offset).root();
  const schemaTable = table.table(slot.schema);
  if (schemaTable === undefined) throw new ArrowFormatError('bad_footer', 'The footer has no schema', range);
  const footer: FileFooter = {
    version: table.int16(slot.version) + 1,
    schemaTable,
    dictionaries: readBlocks(table, slot.dictionaries, 'dictionaryBatch'),
    recordBatches: readBlocks(table, slot.recordBatches, 'recordBatch'),
    customMetadata: readKeyValues(table, slot.customMetadata),
    range,
  };
  checkBlocks(blocksInOrder(footer), range.offset);
  return footer;
}

/** All blocks by their place in the file. */
export function blocksInOrder(footer: FileFooter): readonly FileBlock[] {
  return [...footer.dictionaries, ...footer.recordBatches].toSorted((a, b) => a.offset - b.offset);
}

/** Bytes of a block in the file. */
export const blockLength = (block: FileBlock): number => block.metadataBytes + block.bodyBytes;

function* footerRange(size: number, limits: ArrowLimits): Reads<ByteRange> {
  if (size < fileHeadBytes + fileTailBytes) {
    throw new ArrowFormatError('truncated', `${size} bytes are too few for an IPC file`);
  }
  if (!startsAsFile(yield { offset: 0, length: fileHeadBytes })) {
    throw new ArrowFormatError('bad_magic', 'The file does not begin with ARROW1', { offset: 0 });
  }
  const tail = yield { offset: size - fileTailBytes, length: fileTailBytes };
  if (!startsAsFile(tail.subarray(4))) {
    throw new ArrowFormatError('bad_magic', 'The file does not end with ARROW1', { offset: size - magicBytes });
  }
  const length = new DataView(tail.buffer, tail.byteOffset, 4).getInt32(0, true);
  const offset = size - fileTailBytes - length;
  if (length <= 0 || offset < fileHeadBytes) {
    throw new ArrowFormatError('bad_footer', `A footer of ${length} bytes does not fit the file`, {
      offset: size - fileTailBytes,
    });
  }
  if (length > limits.maxMetadataBytes) {
    throw new ArrowFormatError(
      'too_large',
      `A footer of ${length} bytes is over the limit of ${limits.maxMetadataBytes}`,
      { offset },
    );
  }
  return { offset, length };
}

function readBlocks(table: FlatTable, blocksSlot: number, kind: FileBlock['kind']): readonly FileBlock[] {
  const range = table.vector(blocksSlot, blockBytes);
  return Array.from({ length: range?.count ?? 0 }, (_, index) => {
    const at = (range?.start ?? 0) + blockBytes * index;
    return {
      kind,
      offset: table.safeInt64At(at),
      metadataBytes: table.buffer.view.getInt32(at + 8, true),
      bodyBytes: table.safeInt64At(at + 16),
    };
  });
}

function checkBlocks(blocks: readonly FileBlock[], footerOffset: number): void {
  let end = fileHeadBytes;
  for (const block of blocks) {
    const { offset, metadataBytes, bodyBytes } = block;
    if (metadataBytes <= 0 || bodyBytes < 0) {
      throw new ArrowFormatError('bad_block', `A block has ${metadataBytes} and ${bodyBytes} bytes`, { offset });
    }
    if (offset < end) {
      throw new ArrowFormatError('bad_block', `A block at ${offset} begins before byte ${end}, where it may`, {
        offset,
      });
    }
    end = offset + blockLength(block);
    if (end > footerOffset) throw new ArrowFormatError('bad_block', 'A block reaches into the footer', { offset });
  }
}
