import {
  asDownloadError,
  type ConsumeContext,
  type Consumer,
  type Description,
  type Downloadable,
  DownloadError,
  type ProduceContext,
  type Produced,
  type ProducedChunk,
  type State,
} from '@towline/downloader-core/spi';

export const consumeContext: ConsumeContext = {
  refId: 'R1',
  ownerId: 'owner',
  signal: new AbortController().signal,
};

export function produceContext<Q>(request?: Q): ProduceContext<Q> {
  return { request, receiverId: 'receiver', signal: new AbortController().signal };
}

/** What the engine does in between, as far as an adapter can tell: without messages, credit and retries. */
export async function transfer<R, S extends State, Q>(
  source: Downloadable<S, Q>,
  consumer: Consumer<R, S>,
  onChunk: (chunk: ProducedChunk<S>) => void | Promise<void> = () => {},
): Promise<R> {
  try {
    const description: Description = (await source.describe?.()) ?? {};
    const begin = await consumer.start?.(description, consumeContext);
    const request = begin?.request === undefined ? undefined : source.requestSchema?.parse(begin.request);
    let state = begin?.state;
    for (;;) {
      const produced = await source.produce(state, produceContext(request));
      if (produced.status === 'eof') break;
      const chunk = expectChunk(produced);
      await onChunk(chunk);
      const data = chunk.data instanceof Uint8Array ? [chunk.data] : chunk.data;
      await consumer.consume(data, consumer.stateSchema?.parse(chunk.state) ?? chunk.state, consumeContext);
      chunk.recycle?.();
      state = source.stateSchema.parse({ ...chunk.state });
    }
    return await consumer.downloadCompleted(consumeContext);
  } catch (thrown) {
    const error = asDownloadError(thrown, 'consumer_failed');
    await consumer.downloadFailed(error);
    throw error;
  }
}

/** The chunk in what was produced; an error that was returned is thrown. */
export function expectChunk<S extends State>(produced: Produced<S>): ProducedChunk<S> {
  if (produced.status === 'ok') return produced;
  if (produced.status === 'error') throw new DownloadError(produced.code ?? 'source_error', produced.reason);
  throw new Error('eof where a chunk was expected');
}

/** All chunks from a state to the end, each copied. */
export async function chunksFrom<S extends State, Q>(
  source: Downloadable<S, Q>,
  from?: S,
  request?: Q,
): Promise<{ readonly data: Buffer; readonly items: number; readonly state: S }[]> {
  const chunks = [];
  for (let state = from; ;) {
    const produced = await source.produce(state, produceContext(request));
    if (produced.status === 'eof') return chunks;
    const chunk = expectChunk(produced);
    chunks.push({ data: bytesOf(chunk), items: chunk.items ?? 0, state: chunk.state });
    chunk.recycle?.();
    state = chunk.state;
  }
}

/** A copy of a chunk's bytes. */
export function bytesOf({ data }: Pick<ProducedChunk, 'data'>): Buffer {
  return Buffer.concat(data instanceof Uint8Array ? [data] : data);
}
