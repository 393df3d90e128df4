import type { DownloadError } from '@towline/downloader-core/spi';
import { DownloadService, downloadObject } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import { decodeIndex, encodeIndex, type IndexEntry } from '../src/index-ref/entry.ts';
import { IndexConsumer } from '../src/index-ref/index-consumer.ts';
import { IndexDownloadable } from '../src/index-ref/index-downloadable.ts';

const first: IndexEntry = { refId: 'R1', kind: 'file', name: 'a.bin', bytes: 5_368_709_120 };
const entries: readonly IndexEntry[] = [first, { refId: 'R2', kind: 'folder', name: 'ø', bytes: 0 }];

function decoded(value: unknown): readonly IndexEntry[] {
  return decodeIndex(new TextEncoder().encode(JSON.stringify(value)));
}

describe('the list of what is shared', () => {
  it('K1 says ref, kind, name and bytes of each object', () => {
    expect(decodeIndex(encodeIndex(entries))).toEqual(entries);
  });

  it('K1 leaves unknown fields of a newer owner alone', () => {
    expect(decoded({ v: 1, extra: true, objects: [{ ...entries[0], colour: 'red' }] })).toEqual([entries[0]]);
  });

  it.each([
    ['no JSON', new TextEncoder().encode('{')],
    ['no UTF-8', Uint8Array.of(0xff)],
  ])('K1 with %s is refused', (_what, bytes) => {
    expect(() => decodeIndex(bytes)).toThrow(expect.objectContaining({ code: 'bad_listing' }));
  });

  it.each([
    ['no object', []],
    ['another version', { v: 2, objects: entries }],
    ['no objects', { v: 1, objects: [] }],
    ['objects that are no list', { v: 1, objects: { length: 1 } }],
    ['an entry that is none', { v: 1, objects: [null] }],
    ['one ref twice', { v: 1, objects: [entries[0], entries[0]] }],
    ['a ref with a control character', { v: 1, objects: [{ ...entries[0], refId: 'a\n' }] }],
    ['an empty name', { v: 1, objects: [{ ...entries[0], name: '' }] }],
    ['an endless name', { v: 1, objects: [{ ...entries[0], name: 'a'.repeat(2_000) }] }],
    ['no kind', { v: 1, objects: [{ ...entries[0], kind: 1 }] }],
    ['a negative size', { v: 1, objects: [{ ...entries[0], bytes: -1 }] }],
    ['a size beyond 2^53', { v: 1, objects: [{ ...entries[0], bytes: 2 ** 53 }] }],
  ])('K1 with %s is refused', (_what, value) => {
    expect(() => decoded(value)).toThrow(expect.objectContaining({ code: 'bad_listing', side: 'remote' }));
  });

  it('K1 is an object of the transaction, whatever its length', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ ...first, refId: `R${index}` }));
    const { owner, receiver, ref, outcome } = share(many);
    const seen: number[] = [];
    const review = async (listed: readonly IndexEntry[]): Promise<void> => void seen.push(listed.length);
    expect(await downloadObject(receiver, ref, new IndexConsumer(review))).toEqual(many);
    expect(seen).toEqual([20_000]);
    expect((await outcome).status).toBe('completed');
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
  });

  it('C2 a receiver that refuses what is listed leaves nothing final: it may come again', async () => {
    const { owner, receiver, ref, outcome } = share(entries);
    const control = new AbortController();
    const refuse = async (): Promise<void> => control.abort(new Error('the target exists'));
    const refused = downloadObject(receiver, ref, new IndexConsumer(refuse), { signal: control.signal });
    await expect(refused).rejects.toMatchObject({ code: 'aborted' });
    const again = await downloadObject(receiver, ref, new IndexConsumer(async () => {}));
    expect(again).toEqual(entries);
    expect((await outcome).status).toBe('completed');
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
  });
});

function share(listed: readonly IndexEntry[]) {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('a') });
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
  const ref = transaction.addObject(new IndexDownloadable(listed));
  return { owner, receiver, ref, outcome: transaction.complete() };
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as DownloadError).code;
  }
  return undefined;
}

describe('an owner that lists wrongly', () => {
  const context = { refId: 'R1', ownerId: 'o', signal: new AbortController().signal };
  it('K1 is refused when it announces more than a list can have, or another kind of object', () => {
    const consumer = new IndexConsumer(async () => {});
    expect(codeOf(() => consumer.start({ kind: 'towline-index', totalBytes: 2 ** 40 }))).toBe('bad_listing');
    expect(codeOf(() => consumer.start({ kind: 'towline-index' }))).toBe('bad_listing');
    expect(codeOf(() => consumer.start({ kind: 'file', totalBytes: 1 }))).toBe('bad_listing');
  });

  it('K1 is refused when it sends more than it announced', async () => {
    const consumer = new IndexConsumer(async () => {});
    consumer.start({ kind: 'towline-index', totalBytes: 1 });
    const consumed = consumer.consume([new Uint8Array(2)], { offset: 2 }, context);
    await expect(consumed).rejects.toMatchObject({ code: 'bad_listing' });
  });

  it('K1 is refused when it sends less than it announced', () => {
    const consumer = new IndexConsumer(async () => {});
    consumer.start({ kind: 'towline-index', totalBytes: 1 });
    expect(codeOf(() => consumer.downloadCompleted())).toBe('bad_listing');
  });
});
