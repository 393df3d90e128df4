import {
  type ConsumeContext,
  type Consumer,
  consumer,
  type Description,
  type DownloadError,
  type Schema,
  type StartResult,
  type State,
} from '@towline/downloader-core/spi';

/** A consumer whose result is another's, mapped. */
export class MappedConsumer<A, B, S extends State> implements Consumer<B, S> {
  readonly [consumer] = true as const;
  readonly strict: boolean;
  readonly keepsBytes: boolean;
  readonly copyOnDeliver: boolean;
  readonly maxDescriptionBytes?: number;
  readonly stateSchema?: Schema<S>;
  readonly #inner: Consumer<A, S>;
  readonly #map: (result: A) => B | Promise<B>;

  constructor(inner: Consumer<A, S>, map: (result: A) => B | Promise<B>) {
    this.#inner = inner;
    this.#map = map;
    this.strict = inner.strict ?? false;
    this.keepsBytes = inner.keepsBytes ?? false;
    this.copyOnDeliver = inner.copyOnDeliver ?? false;
    if (inner.maxDescriptionBytes !== undefined) this.maxDescriptionBytes = inner.maxDescriptionBytes;
    if (inner.stateSchema) this.stateSchema = inner.stateSchema;
  }

  async start(description: Description, context: ConsumeContext): Promise<StartResult<S> | undefined> {
    return (await this.#inner.start?.(description, context)) ?? undefined;
  }

  async consume(data: readonly Uint8Array[], state: S, context: ConsumeContext): Promise<S | undefined> {
    return (await this.#inner.consume(data, state, context)) ?? undefined;
  }

  async downloadCompleted(context: ConsumeContext): Promise<B> {
    return this.#map(await this.#inner.downloadCompleted(context));
  }

  async downloadFailed(error: DownloadError): Promise<void> {
    await this.#inner.downloadFailed(error);
  }
}
