import type { ProduceContext, Produced, ProducedChunk } from '@towline/downloader-core';
import { ItemDownloadable, type ItemDownloadableOptions, type ItemState } from '@towline/downloader-core/spi';
import { bytesOf, textOf } from './objects.ts';

/** Texts as an object made of items. */
export function textItems(
  items: ItemDownloadableOptions<string>['items'],
  options: Partial<ItemDownloadableOptions<string>> = {},
): ItemDownloadable<string> {
  return new ItemDownloadable({ kind: 'texts', items, encode: bytesOf, ...options });
}

/** A context of `produce`. */
export const context = (more: Partial<ProduceContext> = {}): ProduceContext => ({
  request: undefined,
  receiverId: 'a',
  signal: new AbortController().signal,
  ...more,
});

/** The chunk that was produced. */
export function chunkOf(produced: Produced<ItemState>): ProducedChunk<ItemState> {
  if (produced.status !== 'ok') throw new Error(`no chunk: ${JSON.stringify(produced)}`);
  return produced;
}

/** The texts of the arrays of a chunk. */
export const textsOf = ({ data }: Pick<ProducedChunk, 'data'>): string[] =>
  (data instanceof Uint8Array ? [data] : data).map(textOf);

/** All chunks from the beginning: their arrays as texts, and the states behind them. */
export async function walk(object: ItemDownloadable<string>): Promise<{ texts: string[][]; states: ItemState[] }> {
  const texts: string[][] = [];
  const states: ItemState[] = [];
  for (;;) {
    const produced = await object.produce(states.at(-1), context());
    if (produced.status === 'eof') return { texts, states };
    const chunk = chunkOf(produced);
    texts.push(textsOf(chunk));
    states.push(chunk.state);
  }
}
