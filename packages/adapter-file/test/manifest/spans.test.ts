import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChunkPlan,
  type FolderState,
  maxSpans,
  planChunk,
  type SpanFile,
  spansBetween,
  stateIsWithin,
} from '../../src/manifest/spans.ts';

const beginning: FolderState = { entry: 0, offset: 0 };

function plans(files: readonly SpanFile[], chunkBytes: number, from = beginning): ChunkPlan[] {
  const all: ChunkPlan[] = [];
  for (let plan = planChunk(files, from, chunkBytes); plan; plan = planChunk(files, plan.next, chunkBytes))
    all.push(plan);
  return all;
}

// Gaps between the entries: folders and links lie there.
const filesArbitrary = fc
  .array(fc.record({ gap: fc.nat(2), size: fc.oneof(fc.constant(0), fc.nat(40)) }), { maxLength: 12 })
  .map((list) => {
    let entry = -1;
    return list.map(({ gap, size }): SpanFile => ({ entry: (entry += gap + 1), size }));
  });
const chunkArbitrary = fc.integer({ min: 1, max: 50 });

describe('the chunks of a folder', () => {
  it('pack small files together and cut large ones', () => {
    const files = [
      { entry: 1, size: 3 },
      { entry: 2, size: 0 },
      { entry: 5, size: 20 },
    ];
    expect(plans(files, 10)).toEqual([
      {
        spans: [
          { entry: 1, offset: 0, length: 3, last: true },
          { entry: 2, offset: 0, length: 0, last: true },
          { entry: 5, offset: 0, length: 7, last: false },
        ],
        bytes: 10,
        filesEnded: 2,
        next: { entry: 5, offset: 7 },
      },
      {
        spans: [{ entry: 5, offset: 7, length: 10, last: false }],
        bytes: 10,
        filesEnded: 0,
        next: { entry: 5, offset: 17 },
      },
      {
        spans: [{ entry: 5, offset: 17, length: 3, last: true }],
        bytes: 3,
        filesEnded: 1,
        next: { entry: 6, offset: 0 },
      },
    ]);
  });

  it('are none for a folder without files', () => {
    expect(planChunk([], beginning, 10)).toBeUndefined();
  });

  it('touch so many files at most, however small they are', () => {
    const files = Array.from({ length: maxSpans + 1 }, (_, entry) => ({ entry, size: 0 }));
    expect(plans(files, 10).map(({ filesEnded }) => filesEnded)).toEqual([maxSpans, 1]);
  });

  it('cover every byte of every file once, in order, and are full but for the last', () => {
    fc.assert(
      fc.property(filesArbitrary, chunkArbitrary, (files, chunkBytes) => {
        const all = plans(files, chunkBytes);
        const seen = new Map<number, number>();
        for (const { entry, offset, length } of all.flatMap(({ spans }) => spans)) {
          expect(offset).toBe(seen.get(entry) ?? 0);
          seen.set(entry, offset + length);
        }
        expect([...seen]).toEqual(files.map(({ entry, size }) => [entry, size]));
        expect(all.slice(0, -1).every(({ bytes }) => bytes === chunkBytes)).toBe(true);
        expect(all.reduce((sum, { filesEnded }) => sum + filesEnded, 0)).toBe(files.length);
      }),
    );
  });

  it('S3 go on from any state with the same chunks', () => {
    fc.assert(
      fc.property(filesArbitrary, chunkArbitrary, fc.nat(20), (files, chunkBytes, skipped) => {
        const all = plans(files, chunkBytes);
        const from = all[skipped % Math.max(all.length, 1)]?.next ?? beginning;
        expect(stateIsWithin(files, 100, from)).toBe(true);
        const rest = plans(files, chunkBytes, from);
        expect(rest).toEqual(all.slice(all.length - rest.length));
      }),
    );
  });

  it('are found again by a receiver, who knows the states alone', () => {
    fc.assert(
      fc.property(filesArbitrary, chunkArbitrary, (files, chunkBytes) => {
        let state = beginning;
        for (const { spans, bytes, next } of plans(files, chunkBytes)) {
          expect(spansBetween(files, state, next, bytes)).toEqual(spans);
          state = next;
        }
      }),
    );
  });
});

describe('two states of a peer', () => {
  const files = [
    { entry: 0, size: 10 },
    { entry: 2, size: 5 },
  ];

  it.each([
    ['the same state', { entry: 0, offset: 3 }, { entry: 0, offset: 3 }, 0],
    ['a step back', { entry: 2, offset: 0 }, { entry: 0, offset: 0 }, 0],
    ['a step back within a file', { entry: 0, offset: 5 }, { entry: 0, offset: 4 }, 0],
    ['too few bytes', beginning, { entry: 2, offset: 0 }, 9],
    ['too many bytes', beginning, { entry: 2, offset: 0 }, 11],
    ['an offset beyond the file', beginning, { entry: 0, offset: 11 }, 11],
  ])('%s: no chunk lies between them', (_, from, to, bytes) => {
    expect(spansBetween(files, from, to, bytes)).toBeUndefined();
  });

  it.each([
    [{ entry: 0, offset: 0 }, true],
    [{ entry: 0, offset: 9 }, true],
    [{ entry: 0, offset: 10 }, false],
    [{ entry: 1, offset: 0 }, true],
    [{ entry: 1, offset: 1 }, false],
    [{ entry: 3, offset: 0 }, true],
    [{ entry: 3, offset: 1 }, false],
    [{ entry: 4, offset: 0 }, false],
  ])('%j lies within a folder of three entries: %s', (state, expected) => {
    expect(stateIsWithin(files, 3, state)).toBe(expected);
  });
});
