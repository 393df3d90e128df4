import {
  type ConsumeContext,
  type Consumer,
  consumer,
  type Description,
  DownloadError,
  invalidOption,
  type MaybePromise,
  parseCounters,
  type Schema,
  type StartResult,
  Turns,
} from '@towline/downloader-core/spi';
import { tensorError } from '../errors.ts';
import { Arrival } from './arrival.ts';
import type { BaseReader, TensorBase } from './base-reader.ts';
import { matchBase } from './base-match.ts';
import { bitmapOf } from './bitmap.ts';
import type { Catalogue } from './catalogue.ts';
import { maxDescriptionBytes, readCatalogue } from './description.ts';
import { loadDigester } from './digest.ts';
import { checkRequest, type DigestAlgorithm, type TensorRequest } from './request.ts';
import { checkSelection, resolveSelection, type Selected, type TensorSelection } from './selection.ts';
import type { TensorSink } from './sink.ts';
import type { TensorState } from './tensors-downloadable.ts';

/** Options of both consumers of tensors. */
export interface TensorTargetOptions {
  /** Takes a part only. Default: everything. */
  readonly only?: TensorSelection | undefined;
  /** What to do where `only` leaves nothing: fail with `nothing_selected` (the default), or succeed without a tensor. */
  readonly whenNothing?: 'fail' | 'succeed' | undefined;
  /**
   * How tensors are compared with a base. `xxh64` (the default) is quick and guards against faults; `sha256` is for a base, or
   * an owner, that one does not trust.
   */
  readonly digest?: DigestAlgorithm | undefined;
  /** Refuses an object, or the part of it that is wanted, with more bytes. Default: no limit. */
  readonly maxTotalBytes?: number | undefined;
  /** Hears of patterns that nothing matches beside others that do. */
  readonly onUnmatched?: ((patterns: readonly string[]) => void) | undefined;
}

/** Receives tensors into a sink: chooses, compares with a base, checks every byte's place; see its subclasses. */
export class TensorsConsumer<R> implements Consumer<R, TensorState> {
  readonly [consumer] = true as const;
  readonly maxDescriptionBytes: number = maxDescriptionBytes;
  readonly stateSchema: Schema<TensorState> = { parse: (input) => parseCounters(input, ['at']) };
  readonly #options: TensorTargetOptions;
  readonly #sink: TensorSink<R>;
  readonly #source: TensorBase | undefined;
  readonly #turns = new Turns();
  #base: BaseReader | undefined;
  #catalogue: Catalogue | undefined;
  #arrival: Arrival<R> | undefined;

  protected constructor(options: TensorTargetOptions, sink: TensorSink<R>, base: TensorBase | undefined) {
    checkTargetOptions(options, base !== undefined);
    this.#options = options;
    this.#sink = sink;
    this.#source = base;
  }

  start(description: Description, { signal }: ConsumeContext): Promise<StartResult<TensorState> | undefined> {
    return this.#turns.run(() => this.#start(description, signal));
  }

  consume(data: readonly Uint8Array[], state: TensorState, { signal }: ConsumeContext): MaybePromise<void> {
    return this.#turns.run(() => this.#started().take(data, state.at, signal));
  }

  downloadCompleted(): Promise<R> {
    return this.#turns.run(async () => {
      const catalogue = this.#catalogue;
      if (this.#arrival === undefined && catalogue !== undefined) return this.#sink.nothing(catalogue);
      // A base may be what is going to be replaced, and some systems do not replace what is open.
      await this.#base?.close();
      return this.#started().finish();
    });
  }

  async downloadFailed(): Promise<void> {
    await this.#turns.settled();
    await this.#base?.close();
    await this.#sink.abandon();
  }

  async #start(description: Description, signal: AbortSignal): Promise<StartResult<TensorState> | undefined> {
    if (this.#catalogue !== undefined) invalidOption('a consumer of tensors', 'serves one download');
    const catalogue = (this.#catalogue = await readCatalogue(description));
    await this.#sink.prepare(catalogue);
    const selected = this.#select(catalogue);
    if (selected?.indexes.length === 0) return { request: nothingRequest(catalogue) };
    const request = await this.#request(catalogue, selected, signal);
    const checked = checkRequest(catalogue, request);
    const digester = await loadDigester(this.#options.digest ?? 'xxh64');
    const arrival = new Arrival({ catalogue, request: checked, sink: this.#sink, base: this.#base, digester });
    const { maxTotalBytes = Infinity } = this.#options;
    if (arrival.delivery.totalBytes > maxTotalBytes)
      throw tensorError(
        'total_too_large',
        `${arrival.delivery.totalBytes} bytes, more than the ${maxTotalBytes} allowed`,
      );
    await this.#sink.begin(arrival.delivery);
    this.#arrival = arrival;
    await arrival.begin(signal);
    return Object.keys(request).length === 0 ? undefined : { request };
  }

  /** Nothing where all is wanted, also when a selection comes to that: then what arrives is byte for byte the owner's. */
  #select(catalogue: Catalogue): Selected | undefined {
    const { only, whenNothing = 'fail', onUnmatched } = this.#options;
    if (only === undefined) return undefined;
    if (!catalogue.selection)
      throw tensorError('selection_forbidden', 'The owner hands the object over as a whole only');
    const selected = resolveSelection(catalogue, only);
    if (selected.indexes.length === 0 && whenNothing === 'fail')
      throw tensorError('nothing_selected', 'No tensor matches the selection');
    if (selected.indexes.length > 0 && selected.unmatched.length > 0) onUnmatched?.(selected.unmatched);
    return selected;
  }

  async #request(catalogue: Catalogue, selected: Selected | undefined, signal: AbortSignal): Promise<TensorRequest> {
    const { digest: algorithm = 'xxh64' } = this.#options;
    const count = catalogue.tensors.length;
    const indexes = selected?.indexes ?? catalogue.tensors.map((_, index) => index);
    this.#base = await this.#source?.open();
    const matching = { algorithm, digester: await loadDigester(algorithm), signal };
    const base = this.#base && (await matchBase(catalogue, indexes, this.#base, matching));
    return {
      ...(selected === undefined ? {} : { only: bitmapOf(indexes, count) }),
      ...(selected?.rows === undefined ? {} : { rows: selected.rows }),
      ...(this.#sink.takesOthers || catalogue.others.length === 0 ? {} : { bare: true }),
      ...(base === undefined ? {} : { base }),
    };
  }

  #started(): Arrival<R> {
    if (this.#arrival !== undefined) return this.#arrival;
    throw new DownloadError('protocol', 'The owner sent bytes that were not asked for', { side: 'remote' });
  }
}

function nothingRequest({ tensors }: Catalogue): TensorRequest {
  return { only: bitmapOf([], tensors.length), bare: true };
}

function checkTargetOptions({ only, whenNothing, digest, maxTotalBytes }: TensorTargetOptions, hasBase: boolean): void {
  if (only !== undefined) checkSelection(only);
  if (whenNothing !== undefined && whenNothing !== 'fail' && whenNothing !== 'succeed')
    invalidOption('whenNothing', 'is neither "fail" nor "succeed"');
  if (digest !== undefined && digest !== 'xxh64' && digest !== 'sha256')
    invalidOption('digest', 'is neither "xxh64" nor "sha256"');
  if (maxTotalBytes !== undefined && !(maxTotalBytes >= 0)) invalidOption('maxTotalBytes', 'is no number from 0');
  const rows = Array.isArray(only) && only.some((one) => typeof one === 'object' && one.rows !== undefined);
  if (rows && hasBase) invalidOption('base', 'does not go with rows');
}
