import { adapterSuite } from '@towline/conformance/vitest';
import { expect } from 'vitest';
import { StateDictConsumer, StateDictDownloadable } from '../src/index.ts';
import type { ReadonlyStateDict, StateDict } from '../src/safetensors/index.ts';
import { samples } from './support/dicts.ts';

class FullDict extends StateDictConsumer {
  override async consume(...args: Parameters<StateDictConsumer['consume']>): Promise<void> {
    await super.consume(...args);
    throw new Error('the memory is full');
  }
}

adapterSuite<ReadonlyStateDict, StateDict>('a dict to a dict', {
  samples,
  downloadable: (dict, options) => StateDictDownloadable.open(dict, options),
  consumer: () => new StateDictConsumer(),
  verify: ({ tensors }, dict) => expect(tensors).toEqual(dict.tensors),
  badStates: [{ at: -1 }, { offset: 0 }],
  chunkSizes: [100, 1_000],
  failingConsumer: () => new FullDict(),
});
