import { type ConsumeContext, type Description, iterateDownload } from '@towline/downloader-core';
import { ItemConsumer, type ItemConsumerOptions, type ItemSink, listSink } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { bytesOf, textOf } from '../support/objects.ts';
import { textItems } from '../support/item-calls.ts';
import { World } from '../support/world.ts';

const context: ConsumeContext = { refId: 'R1', ownerId: 'owner', signal: new AbortController().signal };
const description = (totalItems: number): Description => ({ kind: 'texts', totalItems });

function texts<R = string[]>(
  options: Partial<ItemConsumerOptions<string, R>> & { sink?: ItemSink<string, R> } = {},
): ItemConsumer<string, R> {
  const sink = listSink<string>() as unknown as ItemSink<string, R>;
  return new ItemConsumer({ kind: 'texts', decode: textOf, sink, ...options });
}

async function started(totalItems: number, options: Partial<ItemConsumerOptions<string, string[]>> = {}) {
  const receiving = texts(options);
  await receiving.start(description(totalItems), context);
  const take = async (arrays: readonly string[], next: number, offset = 0): Promise<void> =>
    receiving.consume(arrays.map(bytesOf), { next, offset }, context);
  return { receiving, take };
}

describe('items that arrive', () => {
  it('are taken at once, as far as nothing has to be waited for', async () => {
    const receiving = texts();
    await receiving.start(description(1), context);
    expect(receiving.consume([bytesOf('a')], { next: 1, offset: 0 }, context)).toBeUndefined();
    expect(await receiving.downloadCompleted()).toEqual(['a']);
  });

  it('are whole, also those that come in several chunks', async () => {
    const { receiving, take } = await started(4);
    await take(['a', 'bc'], 1, 2);
    await take(['de'], 1, 4);
    await take(['', '', 'f'], 4);
    expect(await receiving.downloadCompleted()).toEqual(['a', 'bcde', '', 'f']);
  });

  it('M4 are copied where they are held, since bytes are lent', async () => {
    const { receiving } = await started(1);
    const lent = bytesOf('ab');
    await receiving.consume([lent], { next: 0, offset: 2 }, context);
    lent.fill(0);
    await receiving.consume([bytesOf('c')], { next: 1, offset: 0 }, context);
    expect(await receiving.downloadCompleted()).toEqual(['abc']);
  });

  it.each<[what: string, calls: readonly (readonly [readonly string[], number, number])[]]>([
    ['more arrays than items', [[['a', 'b'], 1, 0]]],
    ['fewer arrays than items', [[['a'], 2, 0]]],
    [
      'a step back',
      [
        [['a', 'b'], 2, 0],
        [[], 1, 0],
      ],
    ],
    ['no step', [[[], 0, 0]]],
    ['a part that is not of its length', [[['ab'], 0, 3]]],
    [
      'a part that says less than came before',
      [
        [['ab'], 0, 2],
        [['c'], 0, 1],
      ],
    ],
  ])('L9 %s is a fault of the owner', async (_what, calls) => {
    const { take } = await started(3);
    const all = async (): Promise<void> => {
      for (const call of calls) await take(...call);
    };
    await expect(all()).rejects.toMatchObject({ code: 'protocol', side: 'remote' });
  });

  it('S1 states behind the end of what was announced are refused', async () => {
    const { receiving } = await started(1);
    expect(() => receiving.stateSchema.parse({ next: 2, offset: 0 })).toThrow('none of 1 items');
  });

  it('D1 are not complete before all of them are here', async () => {
    const { receiving, take } = await started(2);
    await take(['a'], 1);
    await expect(receiving.downloadCompleted()).rejects.toMatchObject({ code: 'protocol' });
    const cut = await started(1);
    await cut.take(['a'], 0, 1);
    await expect(cut.receiving.downloadCompleted()).rejects.toMatchObject({ code: 'protocol' });
  });

  it('M3 have a limit, which an owner cannot pass by cutting', async () => {
    const { take } = await started(3, { maxItemBytes: 3 });
    await take(['abc', 'de'], 1, 2);
    await expect(take(['fg'], 2)).rejects.toMatchObject({ code: 'limit_exceeded', side: 'local' });
    await expect((await started(1, { maxItemBytes: 3 })).take(['abcd'], 1)).rejects.toThrow('maxItemBytes');
    expect(() => texts({ maxItemBytes: Number.NaN })).toThrow('maxItemBytes');
  });
});

describe('a consumer of items', () => {
  it('refuses objects of another kind, and those that do not say how many items they have', async () => {
    await expect(texts().start({ kind: 'file', totalItems: 1 }, context)).rejects.toMatchObject({ code: 'wrong_kind' });
    await expect(texts().start({ kind: 'texts' }, context)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('serves one download', async () => {
    const { receiving } = await started(1);
    await expect(receiving.start(description(1), context)).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('L5 waits for its sink, whatever comes meanwhile', async () => {
    const written: string[] = [];
    let go = (): void => {};
    const write = (text: string): Promise<void> => {
      written.push(text);
      return new Promise((resolve) => (go = resolve));
    };
    const { take } = await started(2, {
      sink: { write, finish: () => written },
      decode: async (bytes) => textOf(bytes),
    });
    let settled = false;
    const taking = take(['a', 'b'], 2).then(() => (settled = true));
    for (const expected of [['a'], ['a', 'b']]) {
      await new Promise(setImmediate);
      expect([written, settled]).toEqual([expected, false]);
      go();
    }
    await taking;
  });

  it('L1 abandons its sink only when nothing is written any more, and writes nothing after an abort', async () => {
    const calls: string[] = [];
    const control = new AbortController();
    let go = (): void => {};
    const write = (text: string): Promise<void> => {
      calls.push(`write ${text}`);
      return new Promise((resolve) => (go = resolve));
    };
    const sink: ItemSink<string, string[]> = { write, finish: () => [], abandon: ({ code }) => void calls.push(code) };
    const { receiving } = await started(2, { sink });
    const taking = receiving.consume(
      [bytesOf('a'), bytesOf('b')],
      { next: 2, offset: 0 },
      { ...context, signal: control.signal },
    );
    await new Promise(setImmediate);
    control.abort(new Error('enough'));
    const failed = receiving.downloadFailed({ code: 'aborted' } as never);
    expect(calls).toEqual(['write a']);
    go();
    await expect(taking).rejects.toThrow('enough');
    await failed;
    expect(calls).toEqual(['write a', 'aborted']);
  });

  it('S10 goes on behind the items that its sink has already', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    const ref = transaction.addObject(textItems(['a', 'b', 'c', 'd']));
    const here = ['a', 'b', 'c'];
    const sink: ItemSink<string, string> = {
      begin: () => here.length,
      write: (text, index) => void here.push(`${text}${index}`),
      finish: () => here.join(),
    };
    expect(await world.download(world.service('a'), ref, texts({ sink }))).toBe('a,b,c,d3');
    expect(await world.clock.runUntil(transaction.complete())).toMatchObject({ status: 'completed', goodputBytes: 1 });
    await world.close();
    await expect(texts({ sink }).start(description(3), context)).rejects.toThrow('none of 3 items');
  });
});

describe('a loop over items', () => {
  const share = (world: World, items: readonly string[]) =>
    world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }).addObject(textItems(items, { chunkBytes: 2 }));
  const each = (give: (text: string) => Promise<void>) => texts({ sink: { write: give, finish: () => undefined } });

  it('gets them one by one, and hears of the end', async () => {
    const world = new World();
    const got: string[] = [];
    for await (const text of iterateDownload(world.service('a'), share(world, ['a', 'b', 'c']), each)) got.push(text);
    expect(got).toEqual(['a', 'b', 'c']);
    await world.close();
  });

  it('ends the download when it is left', async () => {
    const world = new World();
    const ref = share(world, ['a', 'b', 'c', 'd', 'e', 'f']);
    const got: string[] = [];
    for await (const text of iterateDownload(world.service('a'), ref, each, { windowBytes: 1 })) {
      got.push(text);
      break;
    }
    expect(got).toEqual(['a']);
    await world.rest();
    expect(world.kinds('a').at(-1)).toBe('cancel');
    await world.close();
  });
});
