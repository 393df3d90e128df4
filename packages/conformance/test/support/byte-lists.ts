import {
  type Consumer,
  consumer,
  type Description,
  type Downloadable,
  downloadable,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ProducedChunk,
  type Schema,
} from '@towline/downloader-core';

/** Where a receiver is: the item that comes next, and how many bytes of it are here already. */
export type Position = Readonly<Record<'item' | 'offset', number>>;

const start: Position = { item: 0, offset: 0 };
const maxSegments = 4096;
const positionSchema: Schema<Position> = { parse: (input) => parseCounters(input, ['item', 'offset']) };

/** A list of byte arrays. A chunk packs as many of them as it has room for; one that is larger spans chunks. */
export class ByteLists implements Downloadable<Position> {
  readonly [downloadable] = true as const;
  readonly stateSchema: Schema<Position> = positionSchema;
  readonly items: readonly Uint8Array[];
  readonly maxChunkBytes: number;

  constructor(items: readonly Uint8Array[], chunkBytes = 4096) {
    this.items = items;
    this.maxChunkBytes = chunkBytes;
  }

  describe(): Description {
    const totalBytes = this.items.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return { kind: 'byte-lists', totalBytes, totalItems: this.items.length };
  }

  produce(state: Position = start, _context?: ProduceContext): Produced<Position> | Promise<Produced<Position>> {
    const { item, offset } = state;
    const isBeyond = item > this.items.length || (offset > 0 && offset >= (this.items[item]?.byteLength ?? 0));
    if (isBeyond) return { status: 'error', reason: 'the state is beyond the list', code: 'bad_state' };
    if (item === this.items.length) return { status: 'eof' };
    return packed(this.items, state, this.maxChunkBytes);
  }

  release(): void {}
}

/** The chunk from a position on. */
export function packed(items: readonly Uint8Array[], from: Position, chunkBytes: number): ProducedChunk<Position> {
  let { item, offset } = from;
  let room = chunkBytes;
  const data: Uint8Array[] = [];
  for (let whole = items[item]; whole && room > 0 && data.length < maxSegments; whole = items[item]) {
    const rest = whole.subarray(offset);
    const piece = rest.subarray(0, room);
    const isWhole = piece.byteLength === rest.byteLength;
    data.push(piece);
    room -= piece.byteLength;
    offset = isWhole ? 0 : offset + piece.byteLength;
    item += isWhole ? 1 : 0;
  }
  return { status: 'ok', data, state: { item, offset }, items: item - from.item };
}

/** Gives the list back. What has arrived so far is under `partial` in its store, as if in a file. */
export class ByteListsConsumer implements Consumer<Uint8Array[], Position> {
  readonly [consumer] = true as const;
  readonly stateSchema: Schema<Position> = positionSchema;
  readonly items: Uint8Array[] = [];
  readonly store: Set<string>;
  // Pieces of an item whose end has not come yet.
  #pieces: Uint8Array[] = [];

  constructor(store: Set<string>) {
    this.store = store;
  }

  consume(data: readonly Uint8Array[], { offset }: Position): Position | void {
    this.store.add('partial');
    for (const [index, piece] of data.entries()) {
      this.#pieces.push(this.keep(piece));
      // Only the last piece of a chunk can end inside of its item.
      if (index < data.length - 1 || offset === 0) this.#endItem();
    }
  }

  /** What is kept of lent bytes. */
  keep(piece: Uint8Array): Uint8Array {
    return new Uint8Array(piece);
  }

  downloadCompleted(): Uint8Array[] {
    this.store.delete('partial');
    return this.items;
  }

  downloadFailed(): void {
    this.store.delete('partial');
  }

  #endItem(): void {
    this.items.push(Uint8Array.from(this.#pieces.flatMap((piece) => [...piece])));
    this.#pieces = [];
  }
}
