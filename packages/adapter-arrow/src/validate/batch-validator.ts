import { type BoundArray, bindBatch } from './batch/bind-batch.ts';
import { checkedArrays } from './batch/check-batch.ts';
import { checkPlacement } from './batch/check-buffers.ts';
import { type BodyCodecs, codecFor } from './batch/codec.ts';
import { decompressBody, decompressedBatch } from './batch/decompress-batch.ts';
import { type DictionaryEntry, encodeWith } from './batch/decompress-message.ts';
import { type RecordBatch, readDictionaryBatch, readRecordBatch } from './batch/read-batch.ts';
import { ArrowFormatError } from './errors.ts';
import { type FieldPlan, type SchemaPlan, planSchema } from './layout/plan.ts';
import { type ArrowLimits, arrowLimits } from './limits.ts';
import { type Message, readMessage } from './message/read-message.ts';
import { type SchemaMessage, layoutVersion } from './schema/schema-message.ts';
import { checkValues } from './values/check-values.ts';

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
  readonly limits?: Partial<ArrowLimits> | undefined;
}

/** A batch whose metadata is sound, and whose body may be received or read. */
export interface CheckedBatch {
  readonly kind: 'recordBatch' | 'dictionaryBatch';
  readonly rows: number;
  readonly bodyBytes: number;
  /** Only of a dictionary batch. */
  readonly dictionary: DictionaryEntry | undefined;
  readonly metadata: Uint8Array;
  readonly message: Message;
  readonly batch: RecordBatch;
}

/** A batch that was checked as far as was asked for, uncompressed. */
export interface ValidBatch {
  readonly kind: 'recordBatch' | 'dictionaryBatch';
  readonly rows: number;
  /** Without prefix. What was given, or written anew for a batch that was compressed. */
  readonly metadata: Uint8Array;
  /** What was given, or for a batch that was compressed, new and aligned. */
  readonly body: Uint8Array;
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
   * Checks the metadata of the next message. `metadata` is kept by the result.
   * Throws `schema_changed`, `unexpected_message`, `missing_dictionary`, `bad_batch`, `bad_buffer`, `too_large`,
   * `too_many_rows`, `unsupported_codec` and what metadata deserves.
   */
  checkMetadata(metadata: Uint8Array): CheckedBatch {
    const message = readMessage(metadata);
    this.#checkKind(message);
    if (message.bodyBytes > this.#limits.maxBatchBytes) {
      throw new ArrowFormatError(
        'too_large',
        `A body of ${message.bodyBytes} bytes is over the limit of ${this.#limits.maxBatchBytes}`,
      );
    }
    const checked =
      message.kind === 'dictionaryBatch' ? this.#readDictionary(message, metadata) : readRecords(message, metadata);
    checkPlacement(checked.batch.buffers, message.bodyBytes);
    if (checked.batch.compression === undefined)
      checkedArrays(this.#plansOf(checked), checked.batch, this.#limits.maxRows);
    else this.#checkCompressed(checked, checked.batch.compression);
    return checked;
  }

  /**
   * Checks the body of a batch, decompressed when it has to be. A dictionary is known from then on.
   * Throws `truncated`, `bad_compression`, `too_large` and, unless only the structure is checked, what values deserve.
   * @param body - At an address that is a multiple of 8 nothing of it is copied, except by decompression.
   */
  checkBody(checked: CheckedBatch, body: Uint8Array): ValidBatch {
    if (body.length !== checked.bodyBytes) {
      throw new ArrowFormatError('truncated', `A body of ${checked.bodyBytes} bytes has ${body.length}`);
    }
    const valid =
      checked.batch.compression === undefined ? this.#asItIs(checked, body) : this.#decompressed(checked, body);
    if (this.#options.validate !== 'structure')
      checkValues(valid.arrays, valid.body, (id) => this.#dictionaryLengths.get(id));
    if (checked.dictionary !== undefined) this.#keepLength(checked.dictionary, checked.rows);
    return { kind: checked.kind, rows: checked.rows, metadata: valid.metadata, body: valid.body };
  }

  #checkKind({ kind, version }: Message): void {
    if (kind === 'schema') throw new ArrowFormatError('schema_changed', 'A second schema came');
    if (kind !== 'recordBatch' && kind !== 'dictionaryBatch') {
      throw new ArrowFormatError('unexpected_message', `A message of kind ${kind} is not part of a table`);
    }
    if (version !== this.#version) {
      throw new ArrowFormatError(
        'bad_batch',
        `A batch of metadata version ${version} follows a schema of version ${this.#version}`,
      );
    }
  }

  #readDictionary(message: Message, metadata: Uint8Array): CheckedBatch {
    const { id, isDelta, data } = readDictionaryBatch(message.header);
    const known = this.#dictionaryLengths.has(id);
    if (!this.#plan.dictionaries.has(id)) {
      throw new ArrowFormatError('unexpected_message', `No field uses dictionary ${id}`);
    }
    if (isDelta && !known)
      throw new ArrowFormatError('missing_dictionary', `Dictionary ${id} is extended before it came`);
    if (!isDelta && known && this.#options.container === 'file') {
      throw new ArrowFormatError('unexpected_message', `The file replaces dictionary ${id}`);
    }
    const kind = 'dictionaryBatch';
    return {
      kind,
      rows: data.rows,
      bodyBytes: message.bodyBytes,
      dictionary: { id, isDelta },
      metadata,
      message,
      batch: data,
    };
  }

  #checkCompressed(checked: CheckedBatch, compression: NonNullable<RecordBatch['compression']>): void {
    codecFor(compression, this.#options.codecs ?? {});
    bindBatch(this.#plansOf(checked), checked.batch);
  }

  #plansOf({ dictionary }: CheckedBatch): readonly FieldPlan[] {
    if (dictionary === undefined) return this.#plan.columns;
    const values = this.#plan.dictionaries.get(dictionary.id);
    return values === undefined ? [] : [values];
  }

  #asItIs(checked: CheckedBatch, body: Uint8Array): Sound {
    return { metadata: checked.metadata, body, arrays: bindBatch(this.#plansOf(checked), checked.batch) };
  }

  #decompressed(checked: CheckedBatch, body: Uint8Array): Sound {
    const codec = codecFor(checked.batch.compression ?? { codec: 0, method: 0 }, this.#options.codecs ?? {});
    const batch = decompressedBatch(checked.batch, body, codec, this.#limits.maxBatchBytes);
    const arrays = checkedArrays(this.#plansOf(checked), batch, this.#limits.maxRows);
    return {
      metadata: encodeWith(checked.message, checked.dictionary, batch),
      body: decompressBody(checked.batch, batch, body, codec),
      arrays,
    };
  }

  #keepLength({ id, isDelta }: DictionaryEntry, rows: number): void {
    const before = isDelta ? (this.#dictionaryLengths.get(id) ?? 0) : 0;
    this.#dictionaryLengths.set(id, before + rows);
  }
}

interface Sound {
  readonly metadata: Uint8Array;
  readonly body: Uint8Array;
  readonly arrays: readonly BoundArray[];
}

function readRecords(message: Message, metadata: Uint8Array): CheckedBatch {
  const batch = readRecordBatch(message.header);
  return {
    kind: 'recordBatch',
    rows: batch.rows,
    bodyBytes: message.bodyBytes,
    dictionary: undefined,
    metadata,
    message,
    batch,
  };
}
