import {
  andThen,
  chunkBytesOf,
  type Description,
  type Downloadable,
  downloadable,
  invalidOption,
  type MaybePromise,
  orElse,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ProducedError,
  RequestPlans,
  returnedError,
  type Schema,
  totalBytes,
  type Totals,
} from '@towline/downloader-core/spi';
import { arrowError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import type { ArrowCatalogue } from './catalogue.ts';
import { arrowKind, describeArrow } from './description.ts';
import { type Plan, planDownload, wholePlan } from './plan.ts';
import { type ArrowRequest, isPart, requestSchema } from './request.ts';
import { segmentsBetween } from './segments.ts';
import { encodeTrailer, trailerBytes } from './trailer.ts';

/** The cursor: how many bytes of the download come before, and whether the trailer is among them. */
export type ArrowState = {
  /** In bytes, the trailer not counted. */
  readonly at: number;
  /** 1 when the trailer has been sent, else 0. */
  readonly end: number;
};

/** Options of all that hands over Arrow data. */
export interface ArrowSourceOptions {
  /** The most bytes of a chunk, from 1 to 64 MiB; the last one always has 24. Default 4 MiB. */
  readonly chunkBytes?: number | undefined;
  /** Whether receivers may ask for a part. Default true. */
  readonly selection?: boolean | undefined;
}

/** The state schema that owners and receivers share. */
export const stateSchema: Schema<ArrowState> = {
  parse: (input) => {
    const state = parseCounters(input, ['at', 'end']);
    if (state.end > 1) throw new RangeError('the state has another end than 0 and 1');
    return state;
  },
};

// Metadata that is written anew may be longer than what it replaces.
function mostBytes({ bytes, messages }: ArrowCatalogue): number {
  return 2 * bytes + 1024 * (messages.length + 4);
}

function parseWithin(input: unknown, most: number): ArrowState {
  const state = stateSchema.parse(input);
  if (state.at > most) throw new RangeError('the state lies behind the end');
  return state;
}

/** Hands over Arrow data whose bytes can be read in any order; see its subclasses. */
export class PositionedDownloadable implements Downloadable<ArrowState, ArrowRequest> {
  readonly [downloadable] = true as const;
  readonly kind: string = arrowKind;
  readonly stateSchema: Schema<ArrowState>;
  readonly requestSchema: Schema<ArrowRequest> = requestSchema;
  readonly maxChunkBytes: number;
  /** The name that receivers see. */
  readonly name: string;
  /** What it is made of, without its bodies. */
  readonly catalogue: ArrowCatalogue;
  readonly #source: ByteSource;
  readonly #selection: boolean;
  readonly #chunkBytes: number;
  readonly #plans: RequestPlans<ArrowRequest, Plan>;
  #failure: ProducedError | undefined;

  protected constructor(source: ByteSource, catalogue: ArrowCatalogue, name: string, options: ArrowSourceOptions) {
    checkSourceOptions(options);
    this.#source = source;
    this.catalogue = catalogue;
    this.name = name;
    this.#chunkBytes = chunkBytesOf(options);
    this.maxChunkBytes = Math.max(this.#chunkBytes, trailerBytes);
    this.stateSchema = { parse: (input) => parseWithin(input, mostBytes(catalogue)) };
    this.#selection = options.selection ?? true;
    this.#plans = new RequestPlans(wholePlan(catalogue), (request) => this.#plan(request));
  }

  describe(): Description {
    const { container, bytes, batches, rows, schemaBytes, schema } = this.catalogue;
    const selection = this.#selection && schema !== undefined;
    return describeArrow({ name: this.name, container, selection, bytes, batches, rows, schemaBytes });
  }

  async totals(request: ArrowRequest): Promise<Totals> {
    try {
      return { totalBytes: (await this.#plans.of(request)).totalBytes + trailerBytes };
    } catch (thrown) {
      // What is wrong with it, `produce` says in a way that is final.
      finalError(thrown);
      return {};
    }
  }

  produce(state: ArrowState | undefined, context: ProduceContext<ArrowRequest>): MaybePromise<Produced<ArrowState>> {
    return (
      this.#failure ??
      orElse(
        () => andThen(this.#plans.of(context.request), (plan) => this.#produceAt(plan, state ?? beginning, context)),
        (thrown) => this.#failed(thrown),
      )
    );
  }

  /** Lets go of the source; tables and batches must not be written until then. */
  release(): Promise<void> {
    return this.#source.close();
  }

  #produceAt(
    plan: Plan,
    { at, end }: ArrowState,
    context: ProduceContext<ArrowRequest>,
  ): MaybePromise<Produced<ArrowState>> {
    if (at > plan.totalBytes) return { status: 'error', code: 'bad_state', reason: 'the state lies behind the end' };
    if (end === 1) return { status: 'eof' };
    if (at === plan.totalBytes) return andThen(this.#source.check(), () => trailerOf(plan));
    const segments = segmentsBetween(plan.segments, at, at + this.#chunkBytes);
    return andThen(this.#source.gather(segments, context), (chunk): Produced<ArrowState> => ({
      ...chunk,
      status: 'ok',
      state: { at: at + totalBytes(chunk.data), end: 0 },
      items: 0,
    }));
  }

  #failed(thrown: unknown): ProducedError {
    const returned = finalError(thrown);
    // What is wrong with a request is wrong for who made it alone.
    if (returned.code === 'source_changed') this.#failure = returned;
    return returned;
  }

  async #plan(request: ArrowRequest): Promise<Plan> {
    if (!this.#selection && isPart(request))
      throw arrowError('selection_forbidden', 'The object is not given in parts');
    return planDownload(this.catalogue, request, this.#source);
  }
}

/** Throws `invalid_argument` when an option has a value that is not allowed. */
export function checkSourceOptions(options: ArrowSourceOptions): void {
  chunkBytesOf(options);
  if (typeof (options.selection ?? true) !== 'boolean') invalidOption('selection', 'is neither true nor false');
}

const beginning: ArrowState = { at: 0, end: 0 };

function trailerOf({ totalBytes: bytes, batches, rows }: Plan): Produced<ArrowState> {
  return { status: 'ok', data: encodeTrailer({ bytes, batches, rows }), state: { at: bytes, end: 1 }, items: 0 };
}

const finalCodes: ReadonlySet<string> = new Set(['source_changed', 'bad_selection', 'selection_forbidden']);

function finalError(thrown: unknown): ProducedError {
  return returnedError(thrown, ({ code }) => finalCodes.has(code));
}
