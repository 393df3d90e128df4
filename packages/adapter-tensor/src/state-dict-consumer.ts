import type { ReadonlyStateDict, StateDict } from './safetensors/index.ts';
import { baseOf, type TensorBase } from './transfer/base-reader.ts';
import { GivenMemory } from './transfer/given-memory.ts';
import { MemorySink, type OnTensor } from './transfer/memory-sink.ts';
import { TensorsConsumer, type TensorTargetOptions } from './transfer/tensors-consumer.ts';

/** Options of {@link StateDictConsumer}. */
export interface StateDictConsumerOptions extends TensorTargetOptions {
  /**
   * An older dict, or `checkpointBase(path)` of `@towline/adapter-tensor/node`: only tensors that differ from it travel, the
   * others are copied from it. It must not be written until the download ends (`base_changed`), and is left as it is, unless
   * it is `into` as well.
   */
  readonly base?: ReadonlyStateDict | TensorBase | undefined;
  /**
   * A dict whose memory is used again: a tensor of the same name, dtype and shape is written where the old one lies, which
   * spares fresh memory, half of the time of a large one. What has no such place gets memory of its own. From the beginning
   * to the end of the download, and after one that failed, its values are neither old nor new. It may be the `base`, too; two
   * of its tensors must not share bytes. Memory that is shared with other threads will do.
   */
  readonly into?: ReadonlyStateDict | undefined;
  /** Gets each tensor as soon as it is complete, instead of the dict having it: a model can load while it arrives. */
  readonly onTensor?: OnTensor | undefined;
}

/**
 * Receives tensors into memory, from an owner's dict or from a checkpoint on disk. Gives a dict in data order, whose memory
 * is its own, or that of `into`; tensors share it, but for those that `onTensor` gets. One consumer serves one download. Fails
 * with codes of `tensorErrorCodes`.
 */
export class StateDictConsumer extends TensorsConsumer<StateDict> {
  /** Throws `invalid_argument`. */
  constructor(options: StateDictConsumerOptions = {}) {
    const { base, into, onTensor } = options;
    super(options, new MemorySink(onTensor, into && new GivenMemory(into)), base && baseOf(base));
  }
}
