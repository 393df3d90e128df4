import { type BoundArray, bindBatch } from './batch/bind-batch.ts';
import { checkedArrays } from './batch/check-batch.ts';
import { checkPlacement } from './batch/check-buffers.ts';
import { type BodyCodecs, type BufferCodec, codecFor } from './batch/codec.ts';
import { decompressBody, decompressedBatch } from './batch/decompress-batch.ts';
import { encodeWith } from './batch/decompress-message.ts';
import { type BatchHeader, type DictionaryEntry, readBatchHeader } from './batch/read-batch.ts';
import { ArrowFormatError } from './errors.ts';
import { type FieldPlan, type SchemaPlan, planSchema } from './layout/plan.ts';
import { type ArrowLimits, arrowLimits } from './limits.ts';
import { type Message, readMessage } from './message/read-message.ts';
import { type SchemaMessage, layoutVersion } from './schema/schema-message.ts';
import { checkValues } from './values/check-values.ts';
import { aligned } from './values/words.ts';

/** Options of {@link BatchValidator}. */
export interface BatchValidatorOptions {
  /**
   * `full` checks every value. `structure` leaves out what costs per value: then offsets, indices, text and views are
   * whatever the sender made them. Default `full`.
   */
  readonly validate?: 'structure' | 'full' | undefined;
  /** A file must not replace a dictionary; a stream may. Default `stream`. */
  readonly container?: 'stream' | 'file' | undefined;
  /** Default: none, so that compressed batches are refused. */
  readonly codecs?: BodyCodecs | undefined;
  /** Default: the defaults of {@link ArrowLimits}. */
  readonly limits?: Partial<ArrowLimits> | undefined;
}

/** A batch whose metadata is sound, and whose body may be received or read. */
export interface CheckedBatch extends BatchHeader {
  /** Whether `arrays` are columns or the values of a dictionary. */
  readonly kind: 'recordBatch' | 'dictionaryBatch';
  /** How many; of a dictionary batch, how many values. */
  readonly rows: number;
  /** How many bytes of body have to follow. */
  readonly bodyBytes: number;
  /** What was given, without prefix. Not copied. */
  readonly metadata: Uint8Array;
  /** The same, read. */
  readonly message: Message;
  /** One for each column, or the one of the dictionary’s values; of the buffers as they are, compressed or not. */
  readonly arrays: readonly BoundArray[];
  /** For its buffers; `undefined` when they are not compressed. */
  readonly codec: BufferCodec | undefined;
}

/** A batch that was checked as far as was asked for, uncompressed. */
export interface ValidBatch {
  /** Whether it holds columns or the values of a dictionary. */
  readonly kind: 'recordBatch' | 'dictionaryBatch';
  /** How many; of a dictionary batch, how many values. */
  readonly rows: number;
  /** Without prefix. What was given, or written anew for a batch that was compressed. */
  readonly metadata: Uint8Array;
  /** What was given, or for a batch that was compressed, new and aligned. */
  readonly body: Uint8Array;
  /** One for each column, or the one of the dictionary’s values; of the buffers in `body`. */
  readonly arrays: readonly BoundArray[];
}

/**
 * Checks the batches of one stream or file in their order, each in two steps: its metadata before its body is allocated,
 * then its body. Keeps the lengths of dictionaries, nothing else.
 */
export class BatchValidator {
  readonly #version: number;
  readonly #plan: SchemaPlan;
  readonly #options: BatchValidatorOptions;
  readonly #limits: ArrowLimits;
  readonly #dictionaryLengths = new Map<bigint, number>();

  /**
   * Throws `unknown_layout` for a type or metadata version that is not known, and `not_as_values` when every value of a
   * big-endian schema should be checked, which cannot be done.
   */
  constructor({ schema, version }: SchemaMessage, options: BatchValidatorOptions = {}) {
    if (schema.endianness === 'big' && options.validate !== 'structure') {
      throw new ArrowFormatError('not_as_values', 'Values of a big-endian schema cannot be checked. Take it as bytes.');
    }
    this.#version = version;
    this.#plan = planSchema(schema, layoutVersion(version));
    this.#options = options;
    this.#limits = arrowLimits(options.limits);
  }

  /**
   * Checks the metadata of the next message, after the body of the one before. The result refers to `metadata`.
   * Throws `schema_changed`, `unexpected_message`, `missing_dictionary`, `bad_batch`, `bad_buffer`, `too_large`,
   * `too_many_rows`, `unsupported_codec` and what metadata deserves.
   */
  checkMetadata(metadata: Uint8Array): CheckedBatch {
    const message = readMessage(metadata);
    this.#checkMessage(message);
    const { dictionary, batch } = readBatchHeader(message);
    const plans = dictionary === undefined ? this.#plan.columns : [this.#dictionaryPlan(dictionary)];
    checkPlacement(batch.buffers, message.bodyBytes);
    const codec = batch.compression === undefined ? undefined : codecFor(batch.compression, this.#options.codecs ?? {});
    // Lengths in a compressed batch are those of compressed buffers; what they become is checked with the body.
    const arrays = codec === undefined ? checkedArrays(plans, batch, this.#limits.maxRows) : bindBatch(plans, batch);
    const kind = dictionary === undefined ? 'recordBatch' : 'dictionaryBatch';
    return {
      kind,
      rows: batch.rows,
      bodyBytes: message.bodyBytes,
      dictionary,
      batch,
      metadata,
      message,
      arrays,
      codec,
    };
  }

  /**
   * Checks the body of a batch, decompressed when it has to be. A dictionary is known from then on.
   * Throws `truncated`, `bad_compression`, `too_large` and, unless only the structure is checked, what values deserve.
   * @param body - The result refers to it. At an address that is a multiple of 8 nothing of it is copied, except by
   *   decompression; at another, it is copied once to be checked.
   */
  checkBody(checked: CheckedBatch, body: Uint8Array): ValidBatch {
    const { kind, rows, bodyBytes, dictionary, codec } = checked;
    if (body.length !== bodyBytes) {
      throw new ArrowFormatError('truncated', `A body of ${bodyBytes} bytes has ${body.length}`);
    }
    const { arrays, metadata } = checked;
    const content = codec === undefined ? { arrays, metadata, body } : this.#decompress(checked, codec, body);
    if (this.#options.validate !== 'structure') this.#checkValues(content.arrays, content.body);
    if (dictionary !== undefined) this.#keepLength(dictionary, rows);
    return { kind, rows, metadata: content.metadata, body: content.body, arrays: content.arrays };
  }

  #checkMessage({ kind, version, bodyBytes }: Message): void {
    if (kind === 'schema') throw new ArrowFormatError('schema_changed', 'A second schema came');
    if (version !== this.#version) {
      const message = `A message of metadata version ${version} follows a schema of version ${this.#version}`;
      throw new ArrowFormatError('bad_batch', message);
    }
    const { maxBatchBytes } = this.#limits;
    if (bodyBytes > maxBatchBytes) {
      throw new ArrowFormatError('too_large', `A body of ${bodyBytes} bytes is over the limit of ${maxBatchBytes}`);
    }
  }

  /** The plan of a dictionary’s values, if the dictionary may come now. */
  #dictionaryPlan({ id, isDelta }: DictionaryEntry): FieldPlan {
    const plan = this.#plan.dictionaries.get(id);
    if (plan === undefined) throw new ArrowFormatError('unexpected_message', `No field uses dictionary ${id}`);
    const known = this.#dictionaryLengths.has(id);
    if (isDelta && !known) {
      throw new ArrowFormatError('missing_dictionary', `Dictionary ${id} is extended before it came`, {
        path: plan.path,
      });
    }
    if (!isDelta && known && this.#options.container === 'file') {
      throw new ArrowFormatError('unexpected_message', `The file replaces dictionary ${id}`, { path: plan.path });
    }
    return plan;
  }

  #decompress(checked: CheckedBatch, codec: BufferCodec, body: Uint8Array): Content {
    const { batch, dictionary, message } = checked;
    const decompressed = decompressedBatch(batch, body, codec, this.#limits.maxBatchBytes);
    const plans = checked.arrays.map(({ plan }) => plan);
    // Before anything is allocated.
    const arrays = checkedArrays(plans, decompressed, this.#limits.maxRows);
    const metadata = encodeWith(message, { dictionary, batch: decompressed });
    return { arrays, metadata, body: decompressBody(batch, decompressed, body, codec) };
  }

  #checkValues(arrays: readonly BoundArray[], body: Uint8Array): void {
    checkValues(arrays, aligned(body), (id) => this.#dictionaryLengths.get(id));
  }

  #keepLength({ id, isDelta }: DictionaryEntry, rows: number): void {
    const before = isDelta ? (this.#dictionaryLengths.get(id) ?? 0) : 0;
    this.#dictionaryLengths.set(id, before + rows);
  }
}

type Content = Pick<ValidBatch, 'metadata' | 'body' | 'arrays'>;
