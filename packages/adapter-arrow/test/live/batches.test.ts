import { DownloadService, type Ref, type Transaction } from '@towline/downloader-core';
import { ManualClock, MemoryNetwork } from '@towline/transport-memory';
import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addBatches, BatchesDownloadable, downloadBatches, downloadTable } from '../../src/index.ts';
import { LiveBuffer } from '../../src/live/live-buffer.ts';
import { failing } from '../support/pair.ts';
import { numbersBatch } from '../support/tables.ts';

/** A source that gives a batch whenever it is told to, and says how many were taken. */
function handSource() {
  const given: RecordBatch[] = [];
  let wake = (): void => {};
  const state = { ended: false };
  let returned = false;
  let taken = 0;
  const source: AsyncIterable<RecordBatch> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (given.length === 0 && !state.ended) await new Promise<void>((resolve) => (wake = resolve));
        const value = given.shift();
        if (value === undefined) return { done: true, value };
        taken += 1;
        return { done: false, value };
      },
      async return() {
        returned = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const give = (batch: RecordBatch): void => {
    given.push(batch);
    wake();
  };
  const end = (): void => {
    state.ended = true;
    wake();
  };
  return { source, give, end, taken: () => taken, returned: () => returned };
}

function services(...receivers: readonly string[]) {
  const network = new MemoryNetwork();
  const all = ['owner', ...receivers].map((id) => new DownloadService({ transport: network.endpoint(id) }));
  onTestFinished(async () => void (await Promise.all(all.map((service) => service.shutdown()))));
  return all as [DownloadService, DownloadService, DownloadService];
}

/** Windows so small that the owner hears after every chunk how far a receiver is. */
const often = { windowBytes: 3_000 };

const firstOf = (batch: RecordBatch): number => Number(batch.getChildAt(0)?.get(0));

async function* counting(batches: number, rows = 10): AsyncGenerator<RecordBatch> {
  for (let at = 0; at < batches; at += 1) yield numbersBatch(at * rows, rows);
}

describe('batches of a source that is read once', () => {
  it('arrive as they come: a batch is not waited for to fill a chunk', async () => {
    const [owner, receiver] = services('receiver');
    const { source, give, end } = handSource();
    give(numbersBatch(0, 4));
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const received = downloadBatches(receiver, await addBatches(transaction, source));
    expect(firstOf((await received.next()).value as RecordBatch)).toBe(0);
    give(numbersBatch(4, 4));
    expect(firstOf((await received.next()).value as RecordBatch)).toBe(4);
    end();
    expect((await received.next()).done).toBe(true);
    expect((await transaction.complete()).status).toBe('completed');
  });

  it('arrive in order and complete, at several receivers', async () => {
    const [owner, one, two] = services('one', 'two');
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 2 });
    const ref = await addBatches(transaction, counting(50), { chunkBytes: 333 });
    const tables = await Promise.all([one, two].map((service) => downloadTable(service, ref)));
    for (const table of tables) {
      expect(table.numRows).toBe(500);
      expect([...(table.getChildAt(0) ?? [])]).toEqual(Array.from({ length: 500 }, (_, row) => row));
    }
    expect((await transaction.complete()).status).toBe('completed');
  });

  it('M2 are read no further than the buffer, for a receiver that was declared and has not come', async () => {
    const [owner, one, two] = services('one', 'two');
    const { source, give, end, taken } = handSource();
    for (let at = 0; at < 100; at += 1) give(numbersBatch(at * 100, 100));
    end();
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 2 });
    const object = await BatchesDownloadable.open(source, { bufferBytes: 10_000, chunkBytes: 1_000 });
    const ref: Ref = transaction.addObject(object);
    const batches = downloadBatches(one, ref, often);
    for (let at = 0; at < 8; at += 1) await batches.next();
    // A batch more than fits, as its size is not known before.
    expect(object.bufferedBytes).toBeLessThan(11_500);
    expect(taken()).toBeLessThan(14);
    const table = downloadTable(two, ref, often);
    let count = 8;
    for await (const batch of batches) count += batch.numRows / 100;
    expect([count, (await table).numRows]).toEqual([100, 10_000]);
    expect((await transaction.complete()).status).toBe('completed');
  });

  it('are gone for a stranger who comes late', async () => {
    const [owner, one, late] = services('one', 'late');
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const ref = await addBatches(transaction, counting(100, 100), { bufferBytes: 10_000, chunkBytes: 1_000 });
    await downloadTable(one, ref, often);
    await expect(downloadTable(late, ref)).rejects.toMatchObject({ side: 'remote' });
    expect((await transaction.complete()).status).toBe('completed');
  });

  it('go on without the slowest after maxLagMs, who then hears that they are gone', async () => {
    const clock = new ManualClock();
    const object = await BatchesDownloadable.open(counting(100, 100), {
      bufferBytes: 5_000,
      chunkBytes: 1_000,
      maxLagMs: 2_000,
      clock,
    });
    object.setTransaction({ transactionId: 'T', receivers: ['slow', 'fast'], seats: () => [] });
    const signal = new AbortController().signal;
    const produce = (at: number) => object.produce({ at, end: 0 }, { request: undefined, receiverId: 'fast', signal });
    let at = 0;
    for (let chunks = 0; chunks < 20; chunks += 1) {
      const produced = await clock.runUntil(produce(at));
      expect(produced.status).toBe('ok');
      if (produced.status === 'ok') ({ at } = produced.state);
      object.passed('fast', { at, end: 0 });
    }
    expect(clock.now()).toBeGreaterThanOrEqual(2_000);
    await expect(produce(0)).resolves.toMatchObject({ status: 'error', code: 'source_passed' });
    await object.release();
  });

  it.each([1, 7, 2_000])(
    'go on when nobody is waited for, with a buffer of %i bytes that is less than a chunk',
    async (bufferBytes) => {
      const object = await BatchesDownloadable.open(counting(50, 100), { bufferBytes });
      object.setTransaction({ transactionId: 'T', seats: () => [] });
      const signal = new AbortController().signal;
      const first = await object.produce(undefined, { request: undefined, receiverId: 'r', signal });
      expect(first.status).toBe('ok');
      // A turn of the loop: the source is read to its end meanwhile, or nothing ever runs again.
      await new Promise((resolve) => setImmediate(resolve));
      expect(object.bufferedBytes).toBeLessThan(bufferBytes + 2_000);
      await object.release();
    },
  );

  it('S6 that fail end the transfer for every receiver, with the reason', async () => {
    const [owner, one] = services('one');
    async function* failingSource(): AsyncGenerator<RecordBatch> {
      yield numbersBatch(0, 3);
      throw new Error('the sensor is gone');
    }
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const ref = await addBatches(transaction, failingSource());
    await expect(downloadTable(one, ref)).rejects.toEqual(failing('source_error', 'the sensor is gone'));
  });

  it('of another schema end the transfer', async () => {
    const [owner, one] = services('one');
    const source = [numbersBatch(0, 3), (await import('../support/tables.ts')).sampleBatch(0, 3)];
    const transaction: Transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const ref = await addBatches(transaction, source);
    await expect(downloadTable(one, ref)).rejects.toEqual(failing('bad_arrow', 'another schema'));
  });

  it('have no parts', async () => {
    const [owner, one] = services('one');
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const ref = await addBatches(transaction, counting(3));
    await expect(downloadTable(one, ref, { columns: ['x'] }))
      .resolves.toMatchObject({ numRows: 30 })
      .catch(() => {});
    const another = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const rows = downloadTable(one, await addBatches(another, counting(3)), { rows: [0, 1] });
    await expect(rows).rejects.toEqual(failing('selection_forbidden'));
  });

  it('are let go of when the transaction ends', async () => {
    const { source, give, returned } = handSource();
    give(numbersBatch(0, 3));
    const object = await BatchesDownloadable.open(source);
    await object.release();
    expect(returned()).toBe(true);
    expect(object.bufferedBytes).toBe(0);
  });
});

describe('the buffer of a source that is read once', () => {
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(length);

  it('S3 has the same borders for everybody, once somebody has asked', () => {
    const buffer = new LiveBuffer(100);
    buffer.push([bytes(30)]);
    expect(buffer.chunkAt(0)).toMatchObject({ at: 0, bytes: 30 });
    buffer.push([bytes(40), bytes(70)]);
    expect(buffer.chunkAt(0)).toMatchObject({ at: 0, bytes: 30 });
    expect(buffer.chunkAt(30)).toMatchObject({ at: 30, bytes: 100 });
    expect(buffer.chunkAt(130)).toMatchObject({ at: 130, bytes: 10 });
    expect([buffer.chunkAt(10), buffer.chunkAt(140)]).toEqual([undefined, undefined]);
  });

  it('lets go of whole chunks only', () => {
    const buffer = new LiveBuffer(10);
    buffer.push([bytes(35)]);
    buffer.dropBefore(19);
    expect([buffer.start, buffer.end, buffer.heldBytes]).toEqual([10, 35, 25]);
    buffer.dropBefore(Infinity);
    expect([buffer.start, buffer.end]).toEqual([30, 35]);
  });
});
