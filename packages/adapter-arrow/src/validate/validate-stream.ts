import { BatchValidator, type BatchValidatorOptions, type CheckedBatch } from './batch-validator.ts';
import { ArrowFormatError } from './errors.ts';
import { Gather } from './framing/gather.ts';
import { StreamParser, type StreamPiece } from './framing/stream-parser.ts';
import { type ArrowReport, ReportBuilder } from './report.ts';
import { type SchemaMessage, readSchemaMessage } from './schema/schema-message.ts';

/** Options of {@link validateStream} and `validateFile`. */
export interface ValidateOptions extends Omit<BatchValidatorOptions, 'container'> {
  /** Stops the validation with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks a whole IPC stream, with one batch in memory at a time, and reports what is in it. Of a big-endian stream only
 * the structure can be checked, see `valuesChecked` of the report. Throws an {@link ArrowFormatError} for the first fault.
 * @param chunks - The stream, cut anywhere. A chunk is not kept when the next one is asked for.
 */
export async function validateStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ValidateOptions = {},
): Promise<ArrowReport> {
  const validation = new StreamValidation(options);
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted();
    validation.push(chunk);
  }
  return validation.finish();
}

/** A validator, and the report that grows with it, as both begin with a schema. */
export function beginValidation(
  container: ArrowReport['container'],
  message: SchemaMessage,
  options: ValidateOptions,
): { readonly validator: BatchValidator; readonly report: ReportBuilder } {
  const full = options.validate !== 'structure' && message.schema.endianness === 'little';
  const validator = new BatchValidator(message, { ...options, container, validate: full ? 'full' : 'structure' });
  return { validator, report: new ReportBuilder(container, message, full) };
}

class StreamValidation {
  readonly #options: ValidateOptions;
  readonly #parser: StreamParser;
  #begun: ReturnType<typeof beginValidation> | undefined;
  #pending: { readonly checked: CheckedBatch; readonly body: Gather } | undefined;

  constructor(options: ValidateOptions) {
    this.#options = options;
    this.#parser = new StreamParser({ limits: options.limits });
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      const part = rest.subarray(0, this.#parser.bodyBytesLeft);
      const { taken, piece } = this.#parser.advance(part.length > 0 ? part : rest);
      if (part.length > 0) this.#takeBody(part);
      if (piece !== undefined) this.#takePiece(piece);
      rest = rest.subarray(taken);
    }
  }

  finish(): ArrowReport {
    const [trailing] = this.#parser.finish();
    if (trailing !== undefined) {
      throw new ArrowFormatError('bad_framing', `${trailing.length} bytes follow the end of the stream`, trailing);
    }
    if (this.#begun === undefined) throw new ArrowFormatError('truncated', 'The stream has no schema');
    return this.#begun.report.finish(this.#parser.ended);
  }

  #takePiece(piece: StreamPiece): void {
    if (piece.kind !== 'message') return;
    if (this.#begun === undefined) {
      this.#begun = beginValidation('stream', readSchemaMessage(piece.metadata), this.#options);
      return;
    }
    // Of its own: the body may end in a later chunk, and this one be overwritten by then.
    const checked = this.#begun.validator.checkMetadata(piece.metadata.slice());
    this.#pending = { checked, body: new Gather(piece.bodyBytes) };
    if (piece.bodyBytes === 0) this.#takeBody(piece.metadata.subarray(0, 0));
  }

  #takeBody(part: Uint8Array): void {
    if (this.#pending === undefined || this.#begun === undefined) return;
    const { checked, body } = this.#pending;
    const { whole } = body.take(part);
    if (whole === undefined) return;
    this.#pending = undefined;
    this.#begun.validator.checkBody(checked, whole);
    this.#begun.report.add(checked);
  }
}
