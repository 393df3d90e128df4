import { type ConsumeContext, type Consumer, consumer, type StartResult } from '../base/consumer.ts';
import type { Description } from '../base/description.ts';
import { DownloadError } from '../base/errors.ts';
import type { Schema } from '../base/schema.ts';
import { printable } from '../base/text.ts';
import { copyTogether } from '../base/copies.ts';
import { andThen, inTurn, type MaybePromise } from '../base/maybe-promise.ts';
import { invalidOption } from './adapter-errors.ts';
import { mostChunkBytes } from './chunk-bytes.ts';
import { type ItemState, parseItemState } from './item-state.ts';
import { Turns } from './turns.ts';

/** Where items go. `R` is what the download gives. */
export interface ItemSink<T, R> {
  /**
   * Sees the description before any item. May say how many items are here already, from the first one on: they are not sent again.
   * The description is a claim of the owner.
   */
  begin?(description: Description, context: ConsumeContext): number | void | Promise<number | void>;
  /** Takes the items one by one, in order. While it is at work no more than the receiver's window is on its way. */
  write(item: T, index: number, context: ConsumeContext): void | Promise<void>;
  /** All items are here. What it gives is the download's result. */
  finish(): R | Promise<R>;
  /** The download failed; `write` is over. Leave nothing behind but what going on later needs. */
  abandon?(error: DownloadError): void | Promise<void>;
}

/** What an {@link ItemConsumer} is made of. */
export interface ItemConsumerOptions<T, R> {
  /** As the Downloadable's. Objects of another kind are refused with `wrong_kind`. */
  readonly kind: string;
  /** The item in these bytes, which come from a stranger. They end when it settles: copy what is kept, or say `keepsBytes`. */
  readonly decode: (bytes: Uint8Array, index: number) => T | Promise<T>;
  /** Takes the items, one by one; {@link listSink} makes a list of them. */
  readonly sink: ItemSink<T, R>;
  /** Items may be views of the bytes: each chunk comes in memory of its own, at an offset that is a multiple of 8. Default false. */
  readonly keepsBytes?: boolean | undefined;
  /** The most bytes of an item, which are held until all of it is here, and for a moment twice. More ends with `limit_exceeded`. Default 64 MiB. */
  readonly maxItemBytes?: number | undefined;
}

/** Receives the items of an {@link ItemDownloadable}: give what its bytes mean, and where they go. One consumer serves one download. */
export class ItemConsumer<T, R> implements Consumer<R, ItemState> {
  readonly [consumer] = true as const;
  readonly keepsBytes: boolean;
  readonly stateSchema: Schema<ItemState> = { parse: (input) => parseItemState(input, this.#total ?? 0) };
  readonly #options: ItemConsumerOptions<T, R>;
  readonly #maxItemBytes: number;
  readonly #turns = new Turns();
  #total: number | undefined;
  #next = 0;
  /** The beginning of the next item, when it comes in several chunks. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /** Throws `invalid_argument`. */
  constructor(options: ItemConsumerOptions<T, R>) {
    const { keepsBytes = false, maxItemBytes = mostChunkBytes } = options;
    if (!(maxItemBytes >= 0)) invalidOption('maxItemBytes', 'is no number from 0');
    this.#options = options;
    this.keepsBytes = keepsBytes;
    this.#maxItemBytes = maxItemBytes;
  }

  start(description: Description, context: ConsumeContext): Promise<StartResult<ItemState> | undefined> {
    return this.#turns.run(() => this.#start(description, context));
  }

  consume(data: readonly Uint8Array[], state: ItemState, context: ConsumeContext): MaybePromise<void> {
    return this.#turns.run(() => this.#consume(data, state, context));
  }

  downloadCompleted(): Promise<R> {
    return this.#turns.run(async () => {
      if (this.#next !== this.#total || this.#heldBytes > 0)
        throw protocolError(`it ends after ${this.#next} items of ${this.#total}`);
      return this.#options.sink.finish();
    });
  }

  async downloadFailed(error: DownloadError): Promise<void> {
    await this.#turns.settled();
    this.#held = [];
    await this.#options.sink.abandon?.(error);
  }

  async #start(description: Description, context: ConsumeContext): Promise<StartResult<ItemState> | undefined> {
    const { kind, sink } = this.#options;
    if (this.#total !== undefined) invalidOption('a consumer of items', 'serves one download');
    if (description.kind !== kind)
      throw new DownloadError(
        'wrong_kind',
        `The object is ${printable(description.kind ?? 'of no kind')}, not ${kind}`,
      );
    if (description.totalItems === undefined) throw protocolError('it does not say how many there are');
    this.#total = description.totalItems;
    const here = (await sink.begin?.(description, context)) ?? 0;
    if (here === 0) return undefined;
    const state = parseItemState({ next: here, offset: 0 }, this.#total);
    this.#next = here;
    return { state, resumedItems: here };
  }

  #consume(data: readonly Uint8Array[], { next, offset }: ItemState, context: ConsumeContext): MaybePromise<void> {
    const ended = next - this.#next;
    const moved = ended > 0 || (ended === 0 && offset > this.#heldBytes);
    if (!moved || data.length !== ended + (offset > 0 ? 1 : 0))
      throw protocolError(`a chunk of ${data.length} arrays leads from item ${this.#next} to ${next}`);
    const taking = inTurn(data.entries(), ([place, bytes]) => {
      context.signal.throwIfAborted();
      return place < ended ? this.#take(this.#whole(bytes), context) : this.#hold(bytes);
    });
    return andThen(taking, () => {
      if (this.#heldBytes !== offset)
        throw protocolError(`${this.#heldBytes} bytes of item ${next} came, not ${offset}`);
    });
  }

  // What is there at once is not waited for: there may be thousands of items in a chunk.
  #take(bytes: Uint8Array, context: ConsumeContext): void | Promise<void> {
    const { decode, sink } = this.#options;
    const index = this.#next;
    this.#next += 1;
    const item = decode(bytes, index);
    if (item instanceof Promise) return item.then((value) => sink.write(value, index, context));
    return sink.write(item, index, context);
  }

  /** The item that ends with these bytes. */
  #whole(bytes: Uint8Array): Uint8Array {
    this.#checkSize(bytes);
    if (this.#held.length === 0) return bytes;
    const whole = copyTogether([...this.#held, bytes]);
    this.#held = [];
    this.#heldBytes = 0;
    return whole;
  }

  #hold(bytes: Uint8Array): void {
    this.#checkSize(bytes);
    this.#held.push(this.keepsBytes ? bytes : copyTogether([bytes]));
    this.#heldBytes += bytes.byteLength;
  }

  #checkSize({ byteLength }: Uint8Array): void {
    if (this.#heldBytes + byteLength <= this.#maxItemBytes) return;
    const problem = `item ${this.#next} has more than the ${this.#maxItemBytes} bytes that are taken: raise maxItemBytes`;
    throw new DownloadError('limit_exceeded', problem, { side: 'local' });
  }
}

/**
 * A sink that keeps the items in a list, which is the result. It grows with what arrived, never with what was announced. TypeScript is
 * told of what: `listSink<Row>()`.
 */
export function listSink<T>(): ItemSink<T, T[]> {
  const list: T[] = [];
  return {
    write: (item) => void list.push(item),
    finish: () => list,
    abandon: () => void (list.length = 0),
  };
}

function protocolError(problem: string): DownloadError {
  return new DownloadError('protocol', `The owner’s items do not fit their description: ${problem}`, {
    side: 'remote',
  });
}
