import { DownloadError } from '@towline/downloader-core';
import { ItemConsumer, type ItemState, listSink, type Produced } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { chunkOf, context, textItems, textsOf, walk } from '../support/item-calls.ts';
import { bytesOf, textOf } from '../support/objects.ts';
import { World } from '../support/world.ts';

describe('chunks of items', () => {
  it('are there at once where the items are, without a look at the signal', () => {
    const call = {
      ...context(),
      get signal(): AbortSignal {
        throw new Error('somebody looked');
      },
    };
    const chunk = chunkOf(textItems(['a', 'b']).produce(undefined, call) as Produced<ItemState>);
    expect(chunk.state).toEqual({ next: 2, offset: 0 });
  });

  it('S3 items that fit share a chunk and stay whole', async () => {
    expect(await walk(textItems(['ab', '', 'cd', 'efg', 'h'], { chunkBytes: 4 }))).toEqual({
      texts: [
        ['ab', '', 'cd'],
        ['efg', 'h'],
      ],
      states: [
        { next: 3, offset: 0 },
        { next: 5, offset: 0 },
      ],
    });
  });

  it('S3 an item that is larger than a chunk is cut, and what fits follows its end', async () => {
    expect(await walk(textItems(['a', 'bcdefgh', 'i'], { chunkBytes: 3 }))).toEqual({
      texts: [['a'], ['bcd'], ['efg'], ['h', 'i']],
      states: [
        { next: 1, offset: 0 },
        { next: 1, offset: 3 },
        { next: 1, offset: 6 },
        { next: 3, offset: 0 },
      ],
    });
  });

  it('S7 a chunk has at most 4,096 arrays, and says how many items end in it', async () => {
    const object = textItems(Array.from({ length: 5000 }, () => ''));
    const first = chunkOf(await object.produce(undefined, context()));
    expect([first.data.length, first.items, first.state.next]).toEqual([4096, 4096, 4096]);
    const cut = chunkOf(await textItems(['abc'], { chunkBytes: 2 }).produce(undefined, context()));
    expect(cut.items).toBe(0);
  });

  it('L7 it is described by its kind, its count, and what its author adds', () => {
    expect(textItems(['a', 'b'], { description: { name: 'letters', totalBytes: 2 } }).describe()).toEqual({
      kind: 'texts',
      totalItems: 2,
      name: 'letters',
      totalBytes: 2,
    });
  });

  it('S1 states that are none of its own are refused', async () => {
    const { stateSchema } = textItems(['a', 'b']);
    expect(stateSchema.parse({ next: 2, offset: 0 })).toEqual({ next: 2, offset: 0 });
    for (const state of [
      undefined,
      { next: 3, offset: 0 },
      { next: 2, offset: 1 },
      { next: 0 },
      { next: -1, offset: 0 },
    ])
      expect(() => stateSchema.parse(state)).toThrow(/state|whole number/u);
    expect(await textItems(['ab']).produce({ next: 0, offset: 2 }, context())).toMatchObject({ code: 'bad_state' });
  });

  it.each([
    [{ chunkBytes: 0 }, 'chunkBytes'],
    [{ readAhead: -1 }, 'readAhead'],
    [{ items: { count: 1.5, item: () => 'a' } }, 'count'],
  ])('%j is refused', (options, name) => {
    expect(() => textItems([], options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => textItems([], options)).toThrow(name);
  });

  it('a list that its owner changes later changes nothing', async () => {
    const items = ['a', 'b'];
    const object = textItems(items);
    items.pop();
    expect((await walk(object)).texts).toEqual([['a', 'b']]);
  });
});

describe('a source that takes its time', () => {
  /** Items that come when they are told to. */
  class Slow {
    readonly count: number;
    readonly begun: number[] = [];
    readonly aborted: number[] = [];
    closed = 0;
    readonly #come = new Map<number, (text: string) => void>();

    constructor(count: number) {
      this.count = count;
    }

    item(index: number, signal: AbortSignal): Promise<string> {
      this.begun.push(index);
      return new Promise((resolve, reject) => {
        this.#come.set(index, resolve);
        signal.addEventListener('abort', () => {
          this.aborted.push(index);
          reject(signal.reason as Error);
        });
      });
    }

    come(...indexes: readonly number[]): void {
      for (const index of indexes) this.#come.get(index)?.(`<${index}>`);
    }

    close(): void {
      this.closed += 1;
    }
  }

  it('is asked for what follows before it is needed, and not twice for what the next chunk has', async () => {
    const slow = new Slow(10);
    const object = textItems(slow, { chunkBytes: 7, readAhead: 2 });
    const first = object.produce(undefined, context());
    expect(slow.begun).toEqual([0, 1, 2]);
    slow.come(2, 1, 0);
    await Promise.resolve();
    await new Promise(setImmediate);
    slow.come(3, 4);
    const chunk = chunkOf(await first);
    expect(textsOf(chunk)).toEqual(['<0>', '<1>']);
    const second = object.produce(chunk.state, context());
    await new Promise(setImmediate);
    slow.come(3, 4, 5, 6);
    expect(textsOf(chunkOf(await second))).toEqual(['<2>', '<3>']);
    expect(slow.begun).toEqual([...new Set(slow.begun)]);
    expect(Math.max(...slow.begun)).toBeLessThanOrEqual(6);
  });

  it('is read one by one with a readAhead of 0', async () => {
    const slow = new Slow(3);
    const produced = textItems(slow, { readAhead: 0 }).produce(undefined, context());
    for (const index of [0, 1, 2]) {
      expect(slow.begun).toEqual(Array.from({ length: index + 1 }, (_, at) => at));
      slow.come(index);
      await new Promise(setImmediate);
    }
    expect(textsOf(chunkOf(await produced))).toEqual(['<0>', '<1>', '<2>']);
  });

  it('S11 hears when nobody wants its items any more, and no receiver fails by that', async () => {
    const slow = new Slow(4);
    const object = textItems(slow, { readAhead: 1 });
    const control = new AbortController();
    const produced = object.produce(undefined, context({ signal: control.signal }));
    const reason = new DownloadError('superseded', 'another pull');
    control.abort(reason);
    await expect(produced).rejects.toBe(reason);
    expect(slow.aborted).toEqual([0, 1]);
    const again = object.produce(undefined, context());
    slow.come(0, 1);
    await new Promise(setImmediate);
    slow.come(2, 3);
    await new Promise(setImmediate);
    slow.come(3);
    expect(textsOf(chunkOf(await again))).toHaveLength(4);
    await expect(object.produce(undefined, context({ signal: control.signal }))).rejects.toBe(reason);
  });

  it('M1 keeps what was read ahead for a few receivers, and aborts what it does not keep', async () => {
    const slow = new Slow(50);
    const object = textItems(slow, { chunkBytes: 3, readAhead: 1 });
    for (let next = 0; next < 40; next += 8) {
      const produced = object.produce({ next, offset: 0 }, context());
      slow.come(next);
      await new Promise(setImmediate);
      slow.come(next + 1);
      await produced;
    }
    expect(slow.aborted).toEqual([0, 1, 2]);
    await object.release();
    expect(new Set(slow.aborted)).toEqual(new Set(slow.begun));
    expect(slow.closed).toBe(1);
  });

  it.each([0, 2])(
    'S4 that hangs once is given up, and asked anew by the retry, with a readAhead of %d',
    async (readAhead) => {
      const world = new World();
      const asked = [0, 0, 0];
      const item = (index: number): Promise<string> => {
        asked[index] = (asked[index] ?? 0) + 1;
        return index === 2 && asked[index] === 1 ? new Promise(() => {}) : Promise.resolve('abc'.charAt(index));
      };
      const object = textItems({ count: 3, item }, { chunkBytes: 1, readAhead });
      const limits = { timeoutMs: 60_000, produceTimeoutMs: 1_000, receiverCount: 1 };
      const ref = world.owner.newTransaction(limits).addObject(object);
      const consumer = new ItemConsumer({ kind: 'texts', decode: textOf, sink: listSink<string>() });
      expect(await world.download(world.service('a'), ref, consumer)).toEqual(['a', 'b', 'c']);
      expect(asked[2]).toBe(2);
      await world.close();
    },
  );

  it('I1 is asked anew for a chunk that came damaged', async () => {
    const asked: number[] = [];
    const items = { count: 2, item: (index: number) => (asked.push(index), Promise.resolve('abcdef')) };
    const object = textItems(items, { chunkBytes: 4, readAhead: 0 });
    const { state } = chunkOf(await object.produce(undefined, context()));
    await object.produce(state, context({ refetch: true }));
    expect(asked).toEqual([0, 0, 1]);
  });
});

describe('an error of an item', () => {
  const failing = (thrown: unknown) =>
    textItems({
      count: 2,
      item: (index) => {
        if (index === 1) throw thrown;
        return 'a';
      },
    });

  it('S6 is thrown on, so that it is tried again', async () => {
    let times = 0;
    const object = textItems(['a'], {
      encode: (text) => {
        times += 1;
        if (times === 1) throw new Error('not yet');
        return bytesOf(text);
      },
    });
    await expect(object.produce(undefined, context())).rejects.toThrow('not yet');
    expect((await walk(object)).texts).toEqual([['a']]);
    const passing = failing(new DownloadError('unreachable', 'the database', { retryable: true }));
    await expect(passing.produce(undefined, context())).rejects.toThrow('the database');
  });

  it('I3 S6 is final for everybody when it is a DownloadError that is not to be tried again', async () => {
    const object = failing(new DownloadError('source_changed', 'it was written to'));
    const ended = { status: 'error', code: 'source_changed', reason: 'it was written to' };
    expect(await object.produce(undefined, context())).toEqual(ended);
    expect(await object.produce({ next: 2, offset: 0 }, context())).toEqual(ended);
  });

  it('of one that is read ahead counts only when it is needed', async () => {
    const items = {
      count: 2,
      item: (index: number) => (index === 0 ? Promise.resolve('abcd') : Promise.reject(new Error('no second'))),
    };
    const object = textItems(items, { chunkBytes: 2 });
    const first = chunkOf(await object.produce(undefined, context()));
    expect(textsOf(first)).toEqual(['ab']);
    await expect(object.produce(first.state, context())).rejects.toThrow('no second');
  });

  it('says what is wrong with an encoder', async () => {
    const encode = (() => 'text') as never;
    await expect(textItems(['a'], { encode }).produce(undefined, context())).rejects.toThrow('encode() gave');
  });
});
