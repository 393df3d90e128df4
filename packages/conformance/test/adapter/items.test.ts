import { ItemConsumer, ItemDownloadable, listSink } from '@towline/downloader-core/spi';
import { expect } from 'vitest';
import { adapterSuite } from '../../src/vitest.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const samples = [
  { name: 'no items', value: [] },
  { name: 'one item', value: ['a'] },
  { name: 'items without bytes', value: ['', 'a', ''] },
  { name: 'items that are cut', value: ['a', 'ä'.repeat(700), '', 'b'.repeat(250), 'c'] },
  { name: 'many items', value: Array.from({ length: 300 }, (_, at) => `${at}`.repeat(at % 9)) },
];
const whole = {
  samples,
  consumer: () =>
    new ItemConsumer({ kind: 'texts', decode: (bytes) => decoder.decode(bytes), sink: listSink<string>() }),
  verify: (received: readonly string[], texts: readonly string[]) => expect(received).toEqual(texts),
  chunkSizes: [100, 1000],
  badStates: [{ next: 301, offset: 0 }, { next: 0 }],
};

adapterSuite<readonly string[], readonly string[]>('items of a list', {
  ...whole,
  downloadable: (items, options) =>
    new ItemDownloadable({ kind: 'texts', items, encode: (text) => encoder.encode(text), ...options }),
  failingConsumer: () =>
    new ItemConsumer<string, readonly string[]>({
      kind: 'texts',
      decode: (bytes) => decoder.decode(bytes),
      sink: {
        write: () => {
          throw new Error('no room');
        },
        finish: () => [],
      },
    }),
});

adapterSuite<readonly string[], readonly string[]>('items that come when they are asked for', {
  ...whole,
  downloadable: (texts, options) => new ItemDownloadable({ ...slowly(texts), ...options }),
  failingDownloadable: (texts, options) => {
    const { items, ...rest } = slowly(texts);
    let asked = 0;
    const item = (index: number): Promise<string> => {
      asked += 1;
      return asked > 4 ? Promise.reject(new Error('the table is gone')) : items.item(index);
    };
    return new ItemDownloadable({ ...rest, items: { ...items, item }, readAhead: 0, ...options });
  },
});

function slowly(texts: readonly string[]) {
  return {
    kind: 'texts',
    items: { count: texts.length, item: async (index: number) => texts[index] ?? '' },
    encode: (text: string) => encoder.encode(text),
  };
}
