import { encodeFlatBuffer, flat } from '../flatbuffer/writer.ts';
import { type KeyValue, keyValuesField } from '../message/key-values.ts';
import type { SchemaMessage } from '../schema/schema-message.ts';
import { schemaFields } from '../schema/write-schema.ts';
import { type FileBlock, fileTailBytes, magic } from './footer.ts';

/** What a footer says. */
export interface FooterParts extends SchemaMessage {
  /** Where dictionary batches were written, in the order in which they apply. */
  readonly dictionaries: readonly FileBlock[];
  /** Where record batches were written, in the order of the data. */
  readonly recordBatches: readonly FileBlock[];
  /** Key and value pairs. Default: none. */
  readonly customMetadata?: readonly KeyValue[] | undefined;
}

/** The end of an IPC file: footer, its length, and the magic. Throws `unknown_layout` for a type that is not known. */
export function encodeFooter({
  schema,
  version,
  dictionaries,
  recordBatches,
  customMetadata = [],
}: FooterParts): Uint8Array<ArrayBuffer> {
  const footer = encodeFlatBuffer([
    flat.int16(version - 1),
    flat.table(schemaFields(schema)),
    blocksField(dictionaries),
    blocksField(recordBatches),
    keyValuesField(customMetadata),
  ]);
  const bytes = new Uint8Array(footer.length + fileTailBytes);
  bytes.set(footer);
  new DataView(bytes.buffer).setInt32(footer.length, footer.length, true);
  bytes.set(magic, footer.length + 4);
  return bytes;
}

/** Blocks are structs of 24 bytes: offset, length of the metadata with four bytes of padding, length of the body. */
function blocksField(blocks: readonly FileBlock[]): ReturnType<typeof flat.int64s> {
  return flat.int64s(
    blocks.flatMap(({ offset, metadataBytes, bodyBytes }) => [offset, metadataBytes, bodyBytes]),
    3,
  );
}
