import { type Arena, copyInto, copyTogether } from '@towline/downloader-core/spi';
import type { RecordBatch, Schema } from 'apache-arrow';
import { arrowError, asArrowError } from '../errors.ts';
import {
  type ArrowLimits,
  BatchValidator,
  type BodyCodecs,
  type CheckedBatch,
  messageCustomMetadata,
  readSchemaMessage,
  requireValues,
  StreamParser,
  type StreamPiece,
} from '../validate/index.ts';
import { Gather, type GatherMemory } from '../validate/framing/gather.ts';
import { ValueLoader } from './value-loader.ts';

/** How values are received. */
export interface ValueOptions {
  /** `structure` leaves out what costs per value. Default `full`. */
  readonly validate?: 'structure' | 'full' | undefined;
  /** Decoders for compressed batches. Default: none, so that these are refused. */
  readonly codecs?: BodyCodecs | undefined;
  /** Default: the defaults of {@link ArrowLimits}. */
  readonly limits?: Partial<ArrowLimits> | undefined;
}

/** How values are read. */
export interface DecodeOptions extends ValueOptions {
  /** Of the owner’s data: a file must not replace a dictionary. */
  readonly container: 'file' | 'stream';
  /** What is pushed stays as it is, so that values can lie in it. Default: it is copied. */
  readonly keepsBytes?: boolean | undefined;
  /** Where bodies are copied to that are not compressed, for batches that all stay. Default: each to memory of its own. */
  readonly arena?: Arena | undefined;
}

/** What a stream came to. */
export interface DecodedCounts {
  readonly batches: number;
  readonly rows: number;
}

interface Opened {
  readonly validator: BatchValidator;
  readonly loader: ValueLoader;
}

/**
 * Makes batches of an IPC stream that comes cut anywhere. Each is checked wholly before the library sees it. With `keepsBytes`, bodies
 * that arrive in one piece, at a multiple of 8, become values where they lie.
 */
export class StreamDecoder {
  readonly #options: DecodeOptions;
  readonly #parser: StreamParser;
  #opened: Opened | undefined;
  /** The metadata of the batch whose body is on its way: that may end in a later chunk. */
  #metadata = new Uint8Array(0);
  #pending: { readonly checked: CheckedBatch; readonly body: Gather } | undefined;
  #batches = 0;
  #rows = 0;

  constructor(options: DecodeOptions) {
    this.#options = options;
    this.#parser = new StreamParser({ limits: options.limits });
  }

  /** The batches that these bytes complete. Throws `bad_values`, `not_as_values`. */
  push(bytes: Uint8Array): RecordBatch[] {
    try {
      const batches: RecordBatch[] = [];
      let rest = bytes;
      while (rest.byteLength > 0) {
        const part = rest.subarray(0, this.#parser.bodyBytesLeft);
        const { taken, piece } = this.#parser.advance(part.byteLength > 0 ? part : rest);
        if (part.byteLength > 0) this.#takeBody(part, batches);
        if (piece?.kind === 'message') this.#takeMessage(piece, batches);
        rest = rest.subarray(taken);
      }
      return batches;
    } catch (thrown) {
      throw asArrowError(thrown, 'bad_values');
    }
  }

  /** Ends the stream. Throws `bad_values` inside of a message, without a schema, or with bytes behind the end. */
  finish(): DecodedCounts & { readonly schema: Schema } {
    try {
      const [trailing] = this.#parser.finish();
      if (trailing !== undefined)
        throw arrowError('bad_values', `${trailing.length} bytes follow the end of the stream`);
    } catch (thrown) {
      throw asArrowError(thrown, 'bad_values');
    }
    if (this.#opened === undefined) throw arrowError('bad_values', 'The stream has no schema');
    return { batches: this.#batches, rows: this.#rows, schema: this.#opened.loader.schema };
  }

  #takeMessage(piece: Extract<StreamPiece, { kind: 'message' }>, batches: RecordBatch[]): void {
    if (this.#opened === undefined) {
      this.#opened = this.#open(piece.metadata);
      return;
    }
    const checked = this.#opened.validator.checkMetadata(this.#held(piece.metadata));
    this.#pending = { checked, body: new Gather(piece.bodyBytes, this.#memoryOf(checked)) };
    if (piece.bodyBytes === 0) this.#takeBody(new Uint8Array(0), batches);
  }

  #held(metadata: Uint8Array): Uint8Array {
    const { byteLength } = metadata;
    if (this.#metadata.byteLength < byteLength) this.#metadata = new Uint8Array(byteLength);
    this.#metadata.set(metadata);
    return this.#metadata.subarray(0, byteLength);
  }

  #open(metadata: Uint8Array): Opened {
    const message = readSchemaMessage(metadata);
    requireValues(message);
    const { container, validate, codecs, limits } = this.#options;
    const validator = new BatchValidator(message, { container, validate, codecs, limits });
    return { validator, loader: new ValueLoader(metadata) };
  }

  #takeBody(part: Uint8Array, batches: RecordBatch[]): void {
    const pending = this.#pending;
    if (pending === undefined || this.#opened === undefined) return;
    const { whole } = pending.body.take(part);
    if (whole === undefined) return;
    this.#pending = undefined;
    const { validator, loader } = this.#opened;
    const valid = validator.checkBody(pending.checked, this.#lasting(whole, part, pending.checked));
    const { dictionary, message } = pending.checked;
    if (dictionary !== undefined) return loader.addDictionary(dictionary, valid);
    batches.push(loader.batch(valid, messageCustomMetadata(message)));
    this.#batches += 1;
    this.#rows += valid.rows;
  }

  // What is compressed is only read once: what comes of it has memory of its own.
  #memoryOf({ codec }: CheckedBatch): GatherMemory {
    const { arena } = this.#options;
    if (arena === undefined || codec !== undefined) return { copy: copyInto };
    return { copy: copyInto, allocate: (bytes) => arena.take(bytes) };
  }

  /** A body where it may stay: where it lies, unless that is a part of what was pushed and ends. */
  #lasting(whole: Uint8Array, part: Uint8Array, checked: CheckedBatch): Uint8Array {
    const { keepsBytes = false, arena } = this.#options;
    if (keepsBytes || checked.codec !== undefined || whole.buffer !== part.buffer) return aligned(whole);
    if (arena === undefined) return copyTogether([whole]);
    const copy = arena.take(whole.byteLength);
    copyInto(copy, whole, 0);
    return copy;
  }
}

/** The library makes arrays of numbers where bytes lie, so these have to lie at a multiple of 8. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : copyTogether([bytes]);
}
