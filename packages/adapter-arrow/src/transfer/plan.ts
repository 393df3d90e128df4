import { arrowError } from '../errors.ts';
import {
  bodyRange,
  encodeFooter,
  encodePrefix,
  encodeRecordBatch,
  encodeSchemaMessage,
  type FileBlock,
  messageCustomMetadata,
  metadataRange,
  type PositionedBytes,
  readBatchHeader,
  readMessage,
  type SchemaMessage,
} from '../validate/index.ts';
import { type ArrowCatalogue, type CatalogueMessage } from './catalogue.ts';
import { planProjection, projectBatch, type Projection } from './projection.ts';
import { type ArrowRequest, isPart } from './request.ts';
import { type Segment, SegmentList } from './segments.ts';
import { selectMessages } from './select-messages.ts';

/** All that one download brings, in order. */
export interface Plan {
  readonly segments: readonly Segment[];
  readonly totalBytes: number;
  readonly batches: number;
  readonly rows: number | undefined;
}

/** All of it, as it is. */
export function wholePlan({ bytes, batches, rows }: ArrowCatalogue): Plan {
  const list = new SegmentList();
  list.addRange(0, bytes);
  return { segments: list.segments, totalBytes: bytes, batches, rows };
}

/** What a request brings. Reads metadata where it has to be rewritten, never a body. Throws `bad_selection`. */
export async function planDownload(
  catalogue: ArrowCatalogue,
  request: ArrowRequest,
  source: PositionedBytes,
  signal?: AbortSignal,
): Promise<Plan> {
  if (!isPart(request) && (request.as === 'source' || catalogue.container === 'stream')) return wholePlan(catalogue);
  const { schema, schemaBytes } = catalogue;
  if (schema === undefined || schemaBytes === undefined)
    throw arrowError('bad_selection', 'The schema is not understood, so neither a part nor values can be taken');
  const { columns } = request;
  const projection = columns === undefined ? undefined : projectionOf(schema, columns);
  const { messages, skipRows } = selectMessages(catalogue, request, projection);
  const writer = new PlanWriter(catalogue, projection, source, signal);
  if (request.as === 'stream' && request.rows !== undefined) writer.addSkip(skipRows);
  const asFile = request.as === 'source' && catalogue.container === 'file';
  await writer.addMessages(asFile, projection?.schema ?? { ...schema, bytes: schemaBytes }, messages);
  return writer.plan(messages);
}

function projectionOf(schema: SchemaMessage, columns: readonly number[]): Projection {
  try {
    return planProjection(schema, columns);
  } catch (thrown) {
    throw arrowError('bad_selection', 'A column has a type that is not known here', thrown);
  }
}

const endMarker = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);
const fileHead = new TextEncoder().encode('ARROW1\0\0');

/** A schema, and its metadata when that is kept as it is. */
type WrittenSchema = SchemaMessage & { readonly bytes?: Uint8Array };

class PlanWriter {
  readonly #list = new SegmentList();
  readonly #catalogue: ArrowCatalogue;
  readonly #projection: Projection | undefined;
  readonly #source: PositionedBytes;
  readonly #signal: AbortSignal | undefined;

  constructor(
    catalogue: ArrowCatalogue,
    projection: Projection | undefined,
    source: PositionedBytes,
    signal: AbortSignal | undefined,
  ) {
    this.#catalogue = catalogue;
    this.#projection = projection;
    this.#source = source;
    this.#signal = signal;
  }

  addSkip(rows: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(rows), true);
    this.#list.addBytes(bytes);
  }

  async addMessages(asFile: boolean, schema: WrittenSchema, messages: readonly CatalogueMessage[]): Promise<void> {
    if (asFile) this.#list.addBytes(fileHead);
    this.#addMetadata(schema.bytes ?? encodeSchemaMessage(schema));
    const blocks: FileBlock[] = [];
    for (const message of messages) blocks.push(await this.#addMessage(message));
    this.#list.addBytes(endMarker);
    if (asFile)
      this.#list.addBytes(
        encodeFooter({ ...schema, ...byKind(blocks), customMetadata: this.#catalogue.footerMetadata }),
      );
  }

  plan(messages: readonly CatalogueMessage[]): Plan {
    const batches = messages.filter(({ message }) => message === 'recordBatch');
    const rows = batches.reduce((sum, batch) => sum + (batch.rows ?? Number.NaN), 0);
    return {
      segments: this.#list.segments,
      totalBytes: this.#list.length,
      batches: batches.length,
      rows: Number.isSafeInteger(rows) ? rows : undefined,
    };
  }

  /** Prefix, metadata and padding. */
  #addMetadata(metadata: Uint8Array): void {
    this.#list.addBytes(encodePrefix(Math.ceil(metadata.byteLength / 8) * 8));
    this.#list.addBytes(metadata);
    this.#list.pad();
  }

  async #addMessage(message: CatalogueMessage): Promise<FileBlock> {
    this.#signal?.throwIfAborted();
    const offset = this.#list.length;
    const bodyBytes =
      message.message === 'recordBatch' && this.#projection !== undefined
        ? await this.#addProjected(message, this.#projection)
        : this.#addAsItIs(message);
    const metadataBytes = this.#list.length - offset - bodyBytes;
    return { kind: message.message as FileBlock['kind'], offset, metadataBytes, bodyBytes };
  }

  // Behind a prefix of our own: that of a file’s block may leave out padding that its footer counts.
  #addAsItIs(message: CatalogueMessage): number {
    const metadata = metadataRange(message);
    const body = bodyRange(message);
    const padded = Math.ceil(metadata.length / 8) * 8;
    this.#list.addBytes(encodePrefix(padded));
    this.#list.addRange(metadata.offset, metadata.length);
    this.#list.addBytes(new Uint8Array(padded - metadata.length));
    this.#list.addRange(body.offset, body.length);
    return body.length;
  }

  async #addProjected(piece: CatalogueMessage, projection: Projection): Promise<number> {
    const range = metadataRange(piece);
    const message = readMessage(await this.#source.read(range.offset, range.length, { signal: this.#signal }));
    const { batch, buffers, bodyBytes } = projectBatch(projection, readBatchHeader(message).batch);
    const parts = { version: message.version, bodyBytes, customMetadata: messageCustomMetadata(message) };
    this.#addMetadata(encodeRecordBatch(batch, parts));
    const body = bodyRange(piece);
    const before = this.#list.length;
    for (const { offset, length } of buffers) {
      if (offset < 0 || length < 0 || offset + length > body.length)
        throw arrowError('bad_selection', 'A buffer lies outside of the body of its batch');
      this.#list.addRange(body.offset + offset, length);
      this.#list.addBytes(new Uint8Array(-length & 7));
    }
    return this.#list.length - before;
  }
}

function byKind(
  blocks: readonly FileBlock[],
): Pick<Parameters<typeof encodeFooter>[0], 'dictionaries' | 'recordBatches'> {
  return {
    dictionaries: blocks.filter(({ kind }) => kind === 'dictionaryBatch'),
    recordBatches: blocks.filter(({ kind }) => kind === 'recordBatch'),
  };
}
