import { Arena, copyInto, type MaybePromise } from '@towline/downloader-core/spi';
import { tensorError } from '../errors.ts';
import type { StateDict, Tensor } from '../safetensors/index.ts';
import { mergedMetadata } from '../safetensors/metadata.ts';
import type { Catalogue } from './catalogue.ts';
import type { GivenMemory } from './given-memory.ts';
import { quotedName } from './quoted-name.ts';
import type { ArrivingTensor, Delivery, Part, TensorSink } from './sink.ts';

/** Hears of each tensor as it is complete; what it returns is waited for. */
export type OnTensor = (name: string, tensor: Tensor) => void | Promise<void>;

// The largest array of current engines; asking for more would fail, for less it may, and is then told the same.
const largestArrayBytes = 2 ** 33;

interface Filling {
  readonly tensor: Tensor;
  left: number;
}

/**
 * Makes a dict: each tensor's memory is taken once, when its first byte is here, unless it was given. With `onTensor` tensors are
 * handed out one by one and not kept.
 */
export class MemorySink implements TensorSink<StateDict> {
  readonly takesOthers = false;
  readonly #onTensor: OnTensor | undefined;
  readonly #given: GivenMemory | undefined;
  readonly #filling = new Map<number, Filling>();
  #delivery: Delivery | undefined;
  /** None with `onTensor`: a tensor that is handed out alone must not keep its neighbours. */
  #arena: Arena | undefined;

  constructor(onTensor?: OnTensor, given?: GivenMemory) {
    this.#onTensor = onTensor;
    this.#given = given;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async begin(delivery: Delivery): Promise<void> {
    this.#delivery = delivery;
    if (this.#onTensor === undefined) this.#arena = new Arena(delivery.totalBytes);
    for (const tensor of delivery.tensors.values()) if (tensor.bytes > largestArrayBytes) throw tooLarge(tensor);
    await this.#handOut([...delivery.tensors].filter(([, { bytes }]) => bytes === 0).map(([source]) => source));
  }

  write(parts: readonly Part[]): MaybePromise<void> {
    const complete: number[] = [];
    for (const { source, offset, data } of parts) {
      const filling = this.#filling.get(source) ?? this.#take(source);
      if (filling === undefined) continue;
      copyInto(filling.tensor.data, data, offset);
      filling.left -= data.byteLength;
      if (filling.left === 0) complete.push(source);
    }
    if (this.#onTensor !== undefined) return this.#handOut(complete);
  }

  finish(): Promise<StateDict> {
    const { catalogue, tensors } = this.#delivery as Delivery;
    const dict = emptyDict(catalogue);
    if (this.#onTensor === undefined) {
      for (const [source, { name }] of tensors) dict.tensors.set(name, this.#finished(source));
    }
    this.#filling.clear();
    return Promise.resolve(dict);
  }

  nothing(catalogue: Catalogue): StateDict {
    return emptyDict(catalogue);
  }

  abandon(): Promise<void> {
    this.#filling.clear();
    this.#arena = undefined;
    return Promise.resolve();
  }

  async #handOut(sources: readonly number[]): Promise<void> {
    if (this.#onTensor === undefined) return;
    for (const source of sources) {
      const tensor = this.#finished(source);
      this.#filling.delete(source);
      await this.#onTensor(this.#delivery?.tensors.get(source)?.name ?? '', tensor);
    }
  }

  #finished(source: number): Tensor {
    const filling = this.#filling.get(source) ?? this.#take(source);
    return (filling as Filling).tensor;
  }

  #take(source: number): Filling | undefined {
    const arriving = this.#delivery?.tensors.get(source);
    if (arriving === undefined) return undefined;
    const { dtype, shape, bytes } = arriving;
    const filling = { tensor: { dtype, shape, data: this.#memory(arriving) }, left: bytes };
    this.#filling.set(source, filling);
    return filling;
  }

  #memory(tensor: ArrivingTensor): Uint8Array {
    const { bytes } = tensor;
    try {
      return this.#given?.of(tensor) ?? this.#arena?.take(bytes) ?? new Uint8Array(bytes);
    } catch (cause) {
      throw tooLarge(tensor, cause);
    }
  }
}

function emptyDict({ files }: Catalogue): StateDict {
  return { tensors: new Map(), metadata: mergedMetadata(files) };
}

function tooLarge({ name, bytes }: ArrivingTensor, cause?: unknown): Error {
  return tensorError('tensor_too_large', `No array of the ${bytes} bytes of ${quotedName(name)} can be had`, cause);
}
