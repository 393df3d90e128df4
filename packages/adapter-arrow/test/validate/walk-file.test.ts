import {
  type FileLayout,
  type IpcPiece,
  type PositionedBytes,
  FlatBuffer,
  positionedBytes,
  readFileBlock,
  readFileFooter,
  walkFile,
  walkFileBytes,
} from '@towline/adapter-arrow/validate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../support/present.ts';
import { concat } from '../support/encode-schema.ts';
import { codeOf, verdictOf, verdictOfPromise } from '../support/expect-format-error.ts';
import { fixture, goldenCases, hasFixtures } from '../support/fixtures.ts';
import { fileOf, sampleBatches } from '../support/samples.ts';
import { expectTiling } from '../support/tiling.ts';

const sample = fileOf(sampleBatches());
const goldenFiles = hasFixtures ? goldenCases().filter(({ file }) => file.endsWith('.arrow_file')) : [];
const files = [
  { name: 'of the library', bytes: sample },
  ...goldenFiles.map(({ file }) => ({ name: file, bytes: fixture(`arrow/${file}`) })),
];

const kindOf = (piece: IpcPiece): string => (piece.kind === 'message' ? piece.message : piece.kind);

/** Positions of the blocks in the bytes of a file, to damage them. */
function blockPositions({ footer }: FileLayout, bytes: Uint8Array): number[] {
  const { offset, length } = footer.range;
  const table = new FlatBuffer(bytes.subarray(offset, offset + length)).root();
  const range = present(table.vector(3, 24), 'batches');
  return Array.from({ length: range.count }, (_, index) => offset + range.start + 24 * index);
}

function damaged(change: (view: DataView, blocks: readonly number[]) => void): Uint8Array {
  const bytes = sample.slice();
  change(new DataView(bytes.buffer), blockPositions(walkFileBytes(sample), sample));
  return bytes;
}

const at = (blocks: readonly number[], index: number): number => present(blocks[index], 'block');

describe('walkFile', () => {
  it.each(files)('the pieces of the file $name tile it', ({ bytes }) => {
    expectTiling(walkFileBytes(bytes).pieces, bytes.length);
  });

  it.each(files)('over positioned reads the file $name has the same pieces', async ({ bytes }) => {
    const { pieces } = await walkFile(positionedBytes(bytes));
    expect(pieces).toEqual(walkFileBytes(bytes).pieces);
  });

  it('pieces are named', () => {
    const kinds = walkFileBytes(sample).pieces.map(kindOf);
    expect(kinds.slice(0, 2)).toEqual(['magic', 'padding']);
    expect(kinds.filter((kind) => kind === 'recordBatch')).toHaveLength(3);
    expect(kinds.slice(-3)).toEqual(['footer', 'footerLength', 'magic']);
  });

  it.runIf(hasFixtures)('the schema before the batches, and the end marker, are known by sight', () => {
    const { pieces } = walkFileBytes(fixture('arrow/golden/cpp-21.0.0/generated_null_trivial.arrow_file'));
    expect(pieces.map(kindOf)).toEqual([
      'magic',
      'padding',
      'schema',
      'recordBatch',
      'recordBatch',
      'end',
      'footer',
      'footerLength',
      'magic',
    ]);
  });

  it('bytes that nothing refers to are a gap', () => {
    const { footer, pieces } = walkFileBytes(sample);
    const lastBatch = present(
      pieces.findLast((piece) => piece.kind === 'message'),
      'batch',
    );
    const before = sample.subarray(0, lastBatch.offset + lastBatch.length);
    const bytes = concat(before, new Uint8Array(40).fill(7), sample.subarray(footer.range.offset));
    expect(walkFileBytes(bytes).pieces).toContainEqual({ kind: 'gap', offset: before.length, length: 40 });
    expectTiling(walkFileBytes(bytes).pieces, bytes.length);
  });

  it('no body is read, and nothing twice', async () => {
    const reads: { offset: number; length: number }[] = [];
    const read: PositionedBytes['read'] = async (offset, length) => {
      reads.push({ offset, length });
      return sample.subarray(offset, offset + length);
    };
    const { pieces } = await walkFile({ size: sample.length, read });
    const messages = pieces.filter((piece) => piece.kind === 'message');
    for (const { offset, length } of reads) {
      for (const message of messages) {
        const bodyStart = message.offset + message.prefixBytes + message.metadataBytes;
        expect(offset + length <= bodyStart || offset >= bodyStart + message.bodyBytes).toBe(true);
      }
    }
    const inOrder = reads.toSorted((a, b) => a.offset - b.offset);
    inOrder.slice(1).forEach(({ offset }, index) => {
      const before = present(inOrder[index], 'read before');
      expect(offset).toBeGreaterThanOrEqual(before.offset + before.length);
    });
  });

  it('a footer can be read alone, and blocks one by one', async () => {
    const source = positionedBytes(sample);
    const { recordBatches } = await readFileFooter(source);
    const [block] = recordBatches;
    const message = await readFileBlock(source, present(block, 'block'));
    expect(message).toMatchObject({ message: 'recordBatch', offset: block?.offset, bodyBytes: block?.bodyBytes });
    expect(message.metadata).toHaveLength(message.metadataBytes);
  });
});

const codeOfChange = (change: Parameters<typeof damaged>[0]): string => codeOf(() => walkFileBytes(damaged(change)));

/** Moves the second block to the first, or `shift` bytes beyond. */
const moveSecond = (view: DataView, blocks: readonly number[], shift: bigint): void =>
  view.setBigInt64(at(blocks, 1), view.getBigInt64(at(blocks, 0), true) + shift, true);

describe('walkFile refuses', () => {
  it('a block at a message of another kind: the library would loop for ever', () => {
    const { pieces, footer } = walkFileBytes(sample);
    const dictionary = present(footer.dictionaries.at(0), 'dictionary');
    expect(pieces.map(kindOf)).toContain('dictionaryBatch');
    const bytes = sample.slice();
    // Both kinds of blocks change places in the footer: a record batch block at a dictionary.
    const view = new DataView(bytes.buffer);
    const first = at(blockPositions(walkFileBytes(sample), sample), 0);
    view.setBigInt64(first, BigInt(dictionary.offset), true);
    view.setInt32(first + 8, dictionary.metadataBytes, true);
    view.setBigInt64(first + 16, BigInt(dictionary.bodyBytes), true);
    expect(codeOf(() => walkFileBytes(bytes))).toBe('bad_block');
  });

  it('a block before the file, in its magic, or beyond its footer', () => {
    for (const offset of [-8n, 0n, BigInt(sample.length), 2n ** 50n]) {
      expect(codeOfChange((view, blocks) => view.setBigInt64(at(blocks, 0), offset, true))).toBe('bad_block');
    }
  });

  it('an offset over 2^53', () => {
    expect(codeOfChange((view, blocks) => view.setBigInt64(at(blocks, 0), 2n ** 60n, true))).toBe('bad_flatbuffer');
  });

  it('a block that overlaps another, or is named twice', () => {
    expect(codeOfChange((view, blocks) => moveSecond(view, blocks, 8n))).toBe('bad_block');
    expect(codeOfChange((view, blocks) => moveSecond(view, blocks, 0n))).toBe('bad_block');
  });

  it('lengths of a block that are not those of its message', () => {
    expect(codeOfChange((view, blocks) => view.setInt32(at(blocks, 0) + 8, 0, true))).toBe('bad_block');
    expect(codeOfChange((view, blocks) => view.setInt32(at(blocks, 0) + 8, 16, true))).toBe('bad_block');
    expect(codeOfChange((view, blocks) => view.setBigInt64(at(blocks, 2) + 16, 8n, true))).toBe('bad_block');
    expect(codeOfChange((view, blocks) => view.setBigInt64(at(blocks, 2) + 16, -8n, true))).toBe('bad_block');
  });

  it('a file without its magic at either end', () => {
    expect(codeOfChange((view) => view.setUint8(0, 0))).toBe('bad_magic');
    expect(codeOfChange((view) => view.setUint8(sample.length - 1, 0))).toBe('bad_magic');
  });

  it('a footer length that does not fit the file', () => {
    for (const length of [-1, 0, sample.length, 2 ** 31 - 1]) {
      expect(codeOfChange((view) => view.setInt32(sample.length - 10, length, true))).toBe('bad_footer');
    }
  });

  it('a footer over the limit, unread', () => {
    expect(codeOf(() => walkFileBytes(sample, { limits: { maxMetadataBytes: 100 } }))).toBe('too_large');
  });

  it('a file that is too short', () => {
    expect(codeOf(() => walkFileBytes(sample.subarray(0, 17)))).toBe('truncated');
  });

  it('a source that gives less than its size', async () => {
    const read: PositionedBytes['read'] = async (offset, length) =>
      sample.subarray(offset, offset + Math.min(length, 9));
    expect(await verdictOfPromise(walkFile({ size: sample.length, read }))).toBe('truncated');
  });

  it('to go on when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(walkFile(positionedBytes(sample), { signal })).rejects.toThrow('enough');
  });

  it('anything but tiles it or throws a typed error, whatever byte is changed', () => {
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.nat(255), (position, byte) => {
        const bytes = sample.with(position, byte);
        const verdict = verdictOf(() => expectTiling(walkFileBytes(bytes).pieces, bytes.length));
        // Any code will do: another error, or a hole between the pieces, is thrown on.
        expect(verdict).not.toBe('');
      }),
      { numRuns: 800 },
    );
  });
});
