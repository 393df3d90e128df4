import {
  type Consumer,
  consumer,
  type Description,
  DownloadError,
  invalidOption,
  type MaybePromise,
  type Schema,
  type StartResult,
  totalBytes,
  Turns,
} from '@towline/downloader-core/spi';
import { arrowError } from '../errors.ts';
import { type ArrowDescription, maxDescriptionBytes, readDescription, schemaOf } from './description.ts';
import { type ArrowState, stateSchema } from './positioned-downloadable.ts';
import { type ArrowRequest, isPart } from './request.ts';
import { type ArrowSelection, checkSelection, resolveColumns } from './selection.ts';
import type { ArrowSink } from './sink.ts';
import { readTrailer, type Trailer } from './trailer.ts';

/** Options of all that receives Arrow data. */
export interface ArrowTargetOptions extends ArrowSelection {
  /** What to do where `columns` leave nothing: fail with `nothing_selected` (the default), or succeed without a byte. */
  readonly whenNothing?: 'fail' | 'succeed' | undefined;
  /** Refuses an object with more bytes, as far as its owner says how many. Default: no limit. */
  readonly maxTotalBytes?: number | undefined;
}

/** Receives Arrow data into a sink; see its subclasses. */
export class ArrowConsumer<R> implements Consumer<R, ArrowState> {
  readonly [consumer] = true as const;
  readonly maxDescriptionBytes: number = maxDescriptionBytes;
  readonly stateSchema: Schema<ArrowState> = stateSchema;
  readonly #options: ArrowTargetOptions;
  readonly #sink: ArrowSink<R>;
  readonly #turns = new Turns();
  #description: ArrowDescription | undefined;
  #isNothing = false;
  #at = 0;
  #trailer: Trailer | undefined;

  protected constructor(options: ArrowTargetOptions, sink: ArrowSink<R>) {
    checkTargetOptions(options);
    this.#options = options;
    this.#sink = sink;
  }

  /** Looked at anew for each chunk (rule M4). */
  get keepsBytes(): boolean {
    return this.#sink.keepsBytes;
  }

  start(description: Description): Promise<StartResult<ArrowState> | undefined> {
    return this.#turns.run(() => this.#start(description));
  }

  consume(data: readonly Uint8Array[], state: ArrowState): MaybePromise<void> {
    return this.#turns.run(() => this.#consume(data, state));
  }

  downloadCompleted(): Promise<R> {
    return this.#turns.run(async () => {
      const description = this.#described();
      if (this.#trailer === undefined) throw arrowError('incomplete', 'The owner’s data ended without its last part');
      return this.#isNothing ? this.#sink.nothing(description) : this.#sink.finish(this.#trailer);
    });
  }

  async downloadFailed(): Promise<void> {
    await this.#turns.settled();
    await this.#sink.abandon();
  }

  async #start(given: Description): Promise<StartResult<ArrowState> | undefined> {
    if (this.#description !== undefined) invalidOption('a consumer of Arrow data', 'serves one download');
    const description = (this.#description = readDescription(given));
    const { maxTotalBytes = Infinity } = this.#options;
    if ((description.bytes ?? 0) > maxTotalBytes)
      throw arrowError('total_too_large', `${description.bytes} bytes, more than the ${maxTotalBytes} allowed`);
    await this.#sink.prepare(description);
    const request = this.#request(description);
    if (this.#isNothing) return { request };
    await this.#sink.begin(description, request);
    return request.as === 'source' && !isPart(request) ? undefined : { request };
  }

  #request(description: ArrowDescription): ArrowRequest {
    const { columns, rows, batches, whenNothing = 'fail' } = this.#options;
    const isWhole = columns === undefined && rows === undefined && batches === undefined;
    if (!isWhole && !description.selection)
      throw arrowError('selection_forbidden', 'The owner hands the object over as a whole only');
    const places = columns === undefined ? undefined : this.#columns(description);
    if (places?.length === 0 && whenNothing === 'fail')
      throw arrowError('nothing_selected', 'No column matches the selection');
    this.#isNothing = places?.length === 0;
    if (this.#isNothing) return { as: 'stream', columns: [], batches: [0, 0] };
    return {
      as: this.#sink.as,
      ...(places === undefined ? {} : { columns: places }),
      ...(rows === undefined ? {} : { rows }),
      ...(batches === undefined ? {} : { batches }),
    };
  }

  /** Nothing where all are wanted: then what arrives is byte for byte the owner's. */
  #columns(description: ArrowDescription): readonly number[] | undefined {
    const { schema } = schemaOf(description);
    const places = resolveColumns(schema, this.#options.columns ?? []);
    return places.length === schema.fields.length ? undefined : places;
  }

  #consume(data: readonly Uint8Array[], { at, end }: ArrowState): MaybePromise<void> {
    this.#described();
    if (this.#trailer !== undefined) throw protocolError('more came behind the last part');
    const bytes = totalBytes(data);
    if (end === 1) return this.#end(data, at);
    if (at !== this.#at + bytes) throw protocolError(`a chunk of ${bytes} bytes leads from ${this.#at} to ${at}`);
    this.#at = at;
    if (!this.#isNothing) return this.#sink.write(data);
  }

  #end(data: readonly Uint8Array[], at: number): void {
    const trailer = readTrailer(data);
    if (trailer === undefined || at !== this.#at) throw protocolError('its last part is malformed');
    if (trailer.bytes !== this.#at)
      throw arrowError('incomplete', `${this.#at} bytes came, and the owner says ${trailer.bytes}`);
    this.#trailer = trailer;
  }

  #described(): ArrowDescription {
    if (this.#description === undefined) throw protocolError('bytes came before its description');
    return this.#description;
  }
}

function checkTargetOptions(options: ArrowTargetOptions): void {
  checkSelection(options);
  const { whenNothing, maxTotalBytes } = options;
  if (whenNothing !== undefined && whenNothing !== 'fail' && whenNothing !== 'succeed')
    invalidOption('whenNothing', 'is neither "fail" nor "succeed"');
  if (maxTotalBytes !== undefined && !(maxTotalBytes >= 0)) invalidOption('maxTotalBytes', 'is no number from 0');
}

function protocolError(problem: string): DownloadError {
  return new DownloadError('protocol', `The owner’s Arrow data does not fit its description: ${problem}`, {
    side: 'remote',
  });
}
