import type { Description } from '../base/description.ts';
import {
  type Downloadable,
  downloadable,
  type ProduceContext,
  type Produced,
  type ProducedError,
} from '../base/downloadable.ts';
import { andThen, isPromise, type MaybePromise, orElse } from '../base/maybe-promise.ts';
import type { Schema } from '../base/schema.ts';
import { onAbort } from '../base/signals.ts';
import { maxSegments } from '../wire/limits.ts';
import { invalidOption, returnedError } from './adapter-errors.ts';
import { chunkBytesOf } from './chunk-bytes.ts';
import { ItemRun, type ItemRunSetup } from './item-run.ts';
import { type ItemState, parseItemState } from './item-state.ts';

/** Items that are had one by one, in any order, as often as they are asked for: rows of a database, tiles of an image. */
export interface IndexedItems<T> {
  /** How many there are; it stays so. */
  readonly count: number;
  /**
   * The item at a place from 0: the same each time. May take its time; the signal aborts when nobody wants it any more. A thrown
   * error is tried again, but for a `DownloadError` that is not `retryable`: that one is final, for every receiver.
   */
  item(index: number, signal: AbortSignal): T | Promise<T>;
  /** Called once, last: nothing is asked for any more. */
  close?(): void | Promise<void>;
}

/** What an {@link ItemDownloadable} is made of. */
export interface ItemDownloadableOptions<T> {
  /** Goes into the ref and the description; consumers refuse objects of another kind. */
  readonly kind: string;
  /** A list, of which a copy is kept; or how items are had one by one. The items themselves must not change until `release`. */
  readonly items: readonly T[] | IndexedItems<T>;
  /**
   * The bytes of an item: the same each time, of any size, never written again. Throws as `item` does. It runs again for a receiver
   * that is far from the others, and for a retry.
   */
  readonly encode: (item: T, index: number) => Uint8Array | Promise<Uint8Array>;
  /** The most bytes of a chunk, from 1 to 64 MiB. Default 4 MiB. A larger item is cut. */
  readonly chunkBytes?: number | undefined;
  /** How many items are begun before they are needed, where `item` or `encode` takes its time. From 0 to 4,096; default 8. */
  readonly readAhead?: number | undefined;
  /** What receivers learn beside kind and count: a name, fields, the sum of bytes. */
  readonly description?: Omit<Description, 'kind' | 'totalItems'> | undefined;
}

/** Runs that wait for their next chunk; each holds no more than `readAhead` items and one. */
const mostParked = 4;
const defaultReadAhead = 8;
const beginning: ItemState = { next: 0, offset: 0 };

/**
 * An object made of items: give the bytes of each, and this packs them into chunks. Items that fit share a chunk, at most 4,096 of them,
 * and arrive whole; one that is larger than a chunk begins one of its own and is cut.
 */
export class ItemDownloadable<T> implements Downloadable<ItemState> {
  readonly [downloadable] = true as const;
  readonly kind: string;
  readonly maxChunkBytes: number;
  readonly stateSchema: Schema<ItemState>;
  readonly #description: Description;
  readonly #reading: ItemRunSetup;
  readonly #close: () => void | Promise<void>;
  readonly #parked = new Map<string, ItemRun>();
  #failure: ProducedError | undefined;

  /** Throws `invalid_argument`. */
  constructor({
    kind,
    items,
    encode,
    chunkBytes,
    readAhead = defaultReadAhead,
    description,
  }: ItemDownloadableOptions<T>) {
    const source = 'count' in items ? items : listed(items);
    const { count } = source;
    if (!Number.isSafeInteger(count) || count < 0) invalidOption('count', 'is no whole number from 0');
    if (!Number.isSafeInteger(readAhead) || readAhead < 0 || readAhead > maxSegments)
      invalidOption('readAhead', `is no whole number from 0 to ${maxSegments}`);
    this.kind = kind;
    this.maxChunkBytes = chunkBytesOf({ chunkBytes });
    this.stateSchema = { parse: (input) => parseItemState(input, count) };
    this.#description = { ...description, kind, totalItems: count };
    this.#close = () => source.close?.();
    const read = (index: number, signal: AbortSignal): Uint8Array | Promise<Uint8Array> => {
      const item = source.item(index, signal);
      const bytes = item instanceof Promise ? item.then((value) => encode(value, index)) : encode(item, index);
      return bytes instanceof Uint8Array ? bytes : Promise.resolve(bytes).then(checkBytes);
    };
    this.#reading = { read, count, readAhead };
  }

  describe(): Description {
    return this.#description;
  }

  produce(state: ItemState = beginning, context: ProduceContext): MaybePromise<Produced<ItemState>> {
    if (this.#failure !== undefined) return this.#failure;
    if (state.next === this.#reading.count) return { status: 'eof' };
    const run = this.#runAt(state, context.refetch === true);
    return orElse(
      () => {
        const packing = packItems(run, state, this.#reading.count, this.maxChunkBytes);
        // Who looks at the signal has it made: nobody has to while nothing is waited for.
        return isPromise(packing) ? this.#followed(packing, run, context.signal) : this.#packed(packing, run);
      },
      (thrown) => this.#failed(thrown, run, context.signal),
    );
  }

  async release(): Promise<void> {
    for (const run of this.#parked.values()) run.end(new Error('the object was released'));
    this.#parked.clear();
    await this.#close();
  }

  #packed(produced: Produced<ItemState>, run: ItemRun): Produced<ItemState> {
    if (produced.status === 'ok') this.#park(run, produced.state);
    return produced;
  }

  async #followed(
    packing: Promise<Produced<ItemState>>,
    run: ItemRun,
    signal: AbortSignal,
  ): Promise<Produced<ItemState>> {
    const end = (): void => run.end(signal.reason);
    const unfollow = onAbort(signal, end);
    if (signal.aborted) end();
    try {
      const produced = await packing;
      return signal.aborted ? produced : this.#packed(produced, run);
    } finally {
      unfollow();
    }
  }

  #failed(thrown: unknown, run: ItemRun, signal: AbortSignal): ProducedError {
    run.end(thrown);
    if (signal.aborted) throw thrown;
    return (this.#failure = returnedError(thrown, ({ retryable }) => !retryable));
  }

  #runAt(state: ItemState, anew: boolean): ItemRun {
    const key = keyOf(state);
    const parked = anew ? undefined : this.#parked.get(key);
    if (parked === undefined) return new ItemRun(this.#reading);
    this.#parked.delete(key);
    return parked;
  }

  #park(run: ItemRun, state: ItemState): void {
    run.passed(state.next);
    if (run.isEmpty) return;
    const key = keyOf(state);
    this.#parked.get(key)?.end(superseded);
    this.#parked.set(key, run);
    const [oldest] = this.#parked.keys();
    if (this.#parked.size <= mostParked || oldest === undefined) return;
    this.#parked.get(oldest)?.end(superseded);
    this.#parked.delete(oldest);
  }
}

const superseded = new Error('nobody went on from here');

const keyOf = ({ next, offset }: ItemState): string => `${next} ${offset}`;

// A copy: what the owner of the list adds or removes later changes no state.
function listed<T>(items: readonly T[]): IndexedItems<T> {
  let kept: readonly T[] = [...items];
  return { count: kept.length, item: (index) => kept[index] as T, close: () => void (kept = []) };
}

function checkBytes(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  throw new TypeError('encode() gave something other than a Uint8Array');
}

/** The chunk after a state: a pure function of the items and the size of chunks. */
function packItems(
  run: ItemRun,
  { next, offset }: ItemState,
  count: number,
  chunkBytes: number,
): MaybePromise<Produced<ItemState>> {
  return andThen(run.at(next), (first): MaybePromise<Produced<ItemState>> => {
    if (offset > 0 && offset >= first.byteLength)
      return { status: 'error', code: 'bad_state', reason: 'the state lies behind the end of its item' };
    const rest = first.byteLength - offset;
    if (rest > chunkBytes) {
      run.keep(next, first);
      const data = [first.subarray(offset, offset + chunkBytes)];
      return { status: 'ok', data, state: { next, offset: offset + chunkBytes }, items: 0 };
    }
    const data = [first.subarray(offset)];
    const adding = addItems(run, data, { next: next + 1, count, roomBytes: chunkBytes - rest });
    return andThen(adding, () => {
      const { length } = data;
      return { status: 'ok', data, state: { next: next + length, offset: 0 }, items: length };
    });
  });
}

/** Adds the items from `next` on, as long as they fit. */
function addItems(
  run: ItemRun,
  data: Uint8Array[],
  { next, count, roomBytes }: { readonly next: number; readonly count: number; readonly roomBytes: number },
): MaybePromise<void> {
  let room = roomBytes;
  const isAdded = (item: Uint8Array, index: number): boolean => {
    room -= item.byteLength;
    if (room < 0) run.keep(index, item);
    else data.push(item);
    return room >= 0;
  };
  for (let index = next; index < count && data.length < maxSegments; index += 1) {
    const item = run.at(index);
    if (isPromise(item))
      return item.then((late) =>
        isAdded(late, index) ? addItems(run, data, { next: index + 1, count, roomBytes: room }) : undefined,
      );
    if (!isAdded(item, index)) return;
  }
}
