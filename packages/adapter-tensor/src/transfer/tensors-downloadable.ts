import {
  andThen,
  chunkBytesOf,
  type Description,
  downloadable,
  type Downloadable,
  DownloadError,
  invalidOption,
  type MaybePromise,
  orElse,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ProducedChunk,
  type ProducedError,
  RequestPlans,
  returnedError,
  type Schema,
  type Totals,
} from '@towline/downloader-core/spi';
import { type ChunkPlan, planChunk } from './chunk-plan.ts';
import { describeCatalogue, tensorsKind } from './description.ts';
import { DigestBook } from './digest-book.ts';
import { type Plan, planDownload, totalsOf, wholePlan } from './plan.ts';
import { digestBytes, type CheckedRequest, requestSchema } from './request.ts';
import type { SourceChunk, TensorSource } from './source.ts';

/** The cursor: how many bytes of the download come before. What they are follows from the request. */
export type TensorState = {
  /** In bytes. */
  readonly at: number;
};

/** Options of everything that hands over tensors. */
export interface TensorSourceOptions {
  /** The most bytes of a chunk, from 1 to 64 MiB. Default 4 MiB. */
  readonly chunkBytes?: number | undefined;
  /** Whether receivers may ask for a part. Default true. */
  readonly selection?: boolean | undefined;
}

/** Hands over the tensors of a source, whole, in part, or what differs from a receiver's base; see its subclasses. */
export class TensorsDownloadable implements Downloadable<TensorState, CheckedRequest> {
  readonly [downloadable] = true as const;
  readonly kind: string = tensorsKind;
  readonly stateSchema: Schema<TensorState>;
  readonly requestSchema: Schema<CheckedRequest>;
  readonly maxChunkBytes: number;
  /** The name that receivers see. */
  readonly name: string;
  /** The sum of the tensors and other files, in bytes, without headers. */
  readonly totalBytes: number;
  readonly #source: TensorSource;
  readonly #digests: DigestBook;
  readonly #plans: RequestPlans<CheckedRequest, Plan>;
  #failure: ProducedError | undefined;

  protected constructor(source: TensorSource, options: TensorSourceOptions) {
    this.#source = source;
    this.maxChunkBytes = chunkBytesOf(options);
    this.requestSchema = requestSchema(source.catalogue);
    this.name = source.catalogue.name;
    const whole = wholePlan(source.catalogue);
    this.#plans = new RequestPlans(whole, (request) => this.#plan(request));
    this.totalBytes = whole.totalBytes;
    // A download with a base begins with the owner's digests, so it can be a little longer than the object.
    const mostBytes = this.totalBytes + source.catalogue.tensors.length * digestBytes;
    this.stateSchema = { parse: (input) => parseState(input, mostBytes) };
    this.#digests = new DigestBook(source.catalogue, (index, signal) => source.readTensor(index, signal));
  }

  describe(): Promise<Description> {
    return describeCatalogue(this.#source.catalogue);
  }

  async totals(request: CheckedRequest): Promise<Totals> {
    try {
      return totalsOf(await this.#plans.of(request));
    } catch (thrown) {
      // What is wrong with it, `produce` says in a way that is final.
      this.#failed(thrown);
      return {};
    }
  }

  produce(
    state: TensorState | undefined,
    context: ProduceContext<CheckedRequest>,
  ): MaybePromise<Produced<TensorState>> {
    return (
      this.#failure ??
      orElse(
        () => andThen(this.#plans.of(context.request), (plan) => this.#produceAt(plan, state?.at ?? 0, context)),
        (thrown) => this.#failed(thrown),
      )
    );
  }

  /** Lets go of the source; a dict must not be written until then. Throws `source_changed` when `checkMutation` finds it was. */
  async release(): Promise<void> {
    this.#digests.close();
    await this.#source.close();
  }

  #produceAt(plan: Plan, at: number, context: ProduceContext<CheckedRequest>): MaybePromise<Produced<TensorState>> {
    if (at > plan.totalBytes) return { status: 'error', code: 'bad_state', reason: 'the state lies behind the end' };
    const chunk = planChunk(plan, at, this.maxChunkBytes);
    if (chunk === undefined) return andThen(this.#source.check(), () => ({ status: 'eof' }) as const);
    return andThen(this.#source.read(chunk.pieces, context), (read) => producedChunk(chunk, read));
  }

  #failed(thrown: unknown): ProducedError {
    return (this.#failure = returnedError(thrown, ({ code }) => code === 'source_changed'));
  }

  async #plan(request: CheckedRequest): Promise<Plan> {
    const { base, selected } = request;
    const digests = base && (await this.#digests.list(base.algorithm, selected));
    return planDownload(this.#source.catalogue, request, digests);
  }
}

function parseState(input: unknown, mostBytes: number): TensorState {
  const state = parseCounters(input, ['at']);
  if (state.at > mostBytes) throw new RangeError('the state lies behind the end');
  return state;
}

/** Throws `invalid_argument` when an option has a value that is not allowed. */
export function checkSourceOptions(options: TensorSourceOptions): void {
  chunkBytesOf(options);
  if (typeof (options.selection ?? true) !== 'boolean') invalidOption('selection', 'is neither true nor false');
}

/** The error that a source changed under the transfer. */
export function sourceChanged(problem: string): DownloadError {
  return new DownloadError('source_changed', `${problem} while it was shared`, { side: 'local' });
}

function producedChunk({ prefix, next, items }: ChunkPlan, read: SourceChunk): ProducedChunk<TensorState> {
  const state = { at: next };
  if (prefix === undefined) return { ...read, status: 'ok', state, items };
  return { ...read, status: 'ok', owned: false, data: [prefix, ...read.data], state, items };
}
