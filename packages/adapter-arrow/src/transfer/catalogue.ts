import {
  type ArrowLimits,
  codecName,
  type CodecName,
  encodeSchemaMessage,
  type IpcPiece,
  type KeyValue,
  type MessagePiece,
  metadataRange,
  type PositionedBytes,
  readBatchHeader,
  readFileBlock,
  readFooterSchema,
  readMessage,
  readSchemaMessage,
  type SchemaMessage,
  startsAsFile,
  type StreamMessage,
  walkFile,
  walkStream,
} from '../validate/index.ts';

/** A message of an object, and what of it selections ask for. */
export interface CatalogueMessage extends MessagePiece {
  /** Of a record batch whose count can be read. */
  readonly rows: number | undefined;
  /** Of a dictionary batch that can be read. */
  readonly dictionaryId: bigint | undefined;
  /** Of a batch that is compressed in a known way. */
  readonly codec: CodecName | undefined;
}

/** What an object is made of, without its bodies. */
export interface ArrowCatalogue {
  /** How the source is laid out: an IPC file or an IPC stream. */
  readonly container: 'file' | 'stream';
  /** The size of the source, all of it. */
  readonly bytes: number;
  /** The metadata of a schema message; absent of a file whose schema only its footer has, and this version cannot write. */
  readonly schemaBytes: Uint8Array | undefined;
  /** Absent when this version does not understand it: the bytes can be handed over, no part and no values of them. */
  readonly schema: SchemaMessage | undefined;
  /** In the order in which they apply: of a file its dictionaries first, as its footer lists them. Without the schema. */
  readonly messages: readonly CatalogueMessage[];
  /** Custom metadata of a file’s footer, for a footer that is written anew. */
  readonly footerMetadata: readonly KeyValue[];
  /** Bytes that belong to no message, and must not be taken for values: those behind the end of a stream. */
  readonly hasTrailing: boolean;
  /** How many record batches; dictionary batches are not among them. */
  readonly batches: number;
  /** Absent when the count of a batch cannot be read. */
  readonly rows: number | undefined;
}

/** Options of {@link readCatalogue}. */
export interface ReadCatalogueOptions {
  readonly limits?: Partial<ArrowLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads framing and footer of a file or stream, whichever the bytes begin as. Throws an `ArrowFormatError`. */
export async function readCatalogue(
  source: PositionedBytes,
  options: ReadCatalogueOptions = {},
): Promise<ArrowCatalogue> {
  const head = await source.read(0, Math.min(source.size, 8), options);
  return startsAsFile(head) ? fileCatalogue(source, options) : streamCatalogue(source, options);
}

async function streamCatalogue(source: PositionedBytes, options: ReadCatalogueOptions): Promise<ArrowCatalogue> {
  const messages: CatalogueMessage[] = [];
  let schemaBytes: Uint8Array | undefined;
  const pieces = await walkStream(
    source,
    ({ metadata, ...piece }) => {
      if (schemaBytes === undefined && piece.message === 'schema') schemaBytes = metadata.slice();
      else messages.push({ ...piece, ...contentOf(metadata) });
    },
    options,
  );
  const schema = schemaBytes && understood(schemaBytes);
  const read = { schemaBytes, schema, messages, footerMetadata: [] };
  return { container: 'stream', bytes: source.size, ...read, ...counted(messages), ...ends(pieces) };
}

async function fileCatalogue(source: PositionedBytes, options: ReadCatalogueOptions): Promise<ArrowCatalogue> {
  const { footer, pieces } = await walkFile(source, options);
  const messages: CatalogueMessage[] = [];
  for (const block of [...footer.dictionaries, ...footer.recordBatches]) {
    const { metadata, ...piece }: StreamMessage = await readFileBlock(source, block, options);
    messages.push({ ...piece, ...contentOf(metadata) });
  }
  const schema = quietly(() => readFooterSchema(footer, messages[0]?.version));
  const own = pieces.find((piece) => piece.kind === 'message' && piece.message === 'schema') as
    | MessagePiece
    | undefined;
  // The one before the batches, where there is one: it may have what this version cannot write.
  const range = own && metadataRange(own);
  const copy = range && (await source.read(range.offset, range.length, options)).slice();
  const schemaBytes = copy ?? (schema && quietly(() => encodeSchemaMessage(schema)));
  const read = { schemaBytes, schema, messages, footerMetadata: footer.customMetadata };
  return { container: 'file', bytes: source.size, ...read, ...counted(messages), ...ends(pieces) };
}

function understood(metadata: Uint8Array): SchemaMessage | undefined {
  return quietly(() => readSchemaMessage(metadata));
}

function contentOf(metadata: Uint8Array): Pick<CatalogueMessage, 'rows' | 'dictionaryId' | 'codec'> {
  const header = quietly(() => readBatchHeader(readMessage(metadata)));
  const compression = header?.batch.compression;
  const codec = compression && codecName(compression);
  const dictionaryId = header?.dictionary?.id;
  return { rows: dictionaryId === undefined ? header?.batch.rows : undefined, dictionaryId, codec };
}

function counted(messages: readonly CatalogueMessage[]): Pick<ArrowCatalogue, 'batches' | 'rows'> {
  const batches = messages.filter(({ message }) => message === 'recordBatch');
  const rows = batches.map((batch) => batch.rows ?? Number.NaN).reduce((sum, count) => sum + count, 0);
  return { batches: batches.length, rows: Number.isSafeInteger(rows) && rows >= 0 ? rows : undefined };
}

function ends(pieces: readonly IpcPiece[]): Pick<ArrowCatalogue, 'hasTrailing'> {
  return { hasTrailing: pieces.some(({ kind }) => kind === 'trailing') };
}

// Whatever is wrong with what is only looked at here: bytes are handed over as they are.
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
