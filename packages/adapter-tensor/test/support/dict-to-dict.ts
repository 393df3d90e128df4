import type { AdapterOptions } from '@towline/conformance';
import { StateDictConsumer, StateDictDownloadable } from '../../src/index.ts';
import type { ReadonlyStateDict, StateDict } from '../../src/safetensors/index.ts';
import { samples } from './dicts.ts';

class FullDict extends StateDictConsumer {
  override async consume(...args: Parameters<StateDictConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the memory is full');
  }
}

/** What the conformance suite is told of dicts in memory. This runs in browsers, too. */
export const dictToDict: AdapterOptions<ReadonlyStateDict, StateDict> = {
  samples,
  downloadable: (dict, options) => StateDictDownloadable.open(dict, options),
  consumer: () => new StateDictConsumer(),
  verify: (received, dict) => {
    const [seen, expected] = [textOf(received), textOf(dict)];
    if (seen !== expected) throw new Error(`${seen} in place of ${expected}`);
  },
  badStates: [{ at: -1 }, { offset: 0 }],
  chunkSizes: [100, 1_000],
  failingConsumer: () => new FullDict(),
};

/** Names, dtypes, shapes and every byte, in the order of the names. */
function textOf({ tensors }: ReadonlyStateDict): string {
  const names = [...tensors.keys()].toSorted();
  const plain = names.map((name) => {
    const { dtype, shape, data = new Uint8Array() } = tensors.get(name) ?? {};
    return { name, dtype, shape, data: [...data] };
  });
  return JSON.stringify(plain);
}
