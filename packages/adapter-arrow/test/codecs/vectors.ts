import { readFileSync } from 'node:fs';
import { contents } from './contents.ts';

/** What the reference tools (zstd 1.5, lz4 1.9) made of one of {@link contents}. */
export interface Vector {
  readonly codec: 'lz4Frame' | 'zstd';
  readonly content: string;
  readonly how: string;
  readonly compressed: Uint8Array;
  readonly expected: Uint8Array;
}

type Stored = Pick<Vector, 'codec' | 'content' | 'how'> & { readonly base64: string };

const stored = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8')) as readonly Stored[];

export function vectors(codec: Vector['codec']): readonly Vector[] {
  return stored
    .filter((vector) => vector.codec === codec)
    .map(({ base64, ...vector }) => ({
      ...vector,
      compressed: new Uint8Array(Buffer.from(base64, 'base64')),
      expected: contents[vector.content]?.() ?? new Uint8Array(0),
    }));
}
