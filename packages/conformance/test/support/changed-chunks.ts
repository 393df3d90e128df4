import type { Produced, ProducedChunk } from '@towline/downloader-core';
import type { Position } from './byte-lists.ts';

type Chunk = ProducedChunk<Position>;

/** What `produce` gives. */
export type Answer = Produced<Position> | Promise<Produced<Position>>;

/** The answer with what `change` says of its chunk, if it is one. */
export async function changed(answer: Answer, change: (chunk: Chunk) => object): Promise<Produced<Position>> {
  const produced = await answer;
  return produced.status === 'ok' ? { ...produced, ...change(produced) } : produced;
}

/** The arrays of a chunk, in memory of their own. */
export function copied({ data }: Chunk): Uint8Array[] {
  const segments = data instanceof Uint8Array ? [data] : data;
  return segments.map((segment) => new Uint8Array(segment));
}
