import { ByteListsConsumer, type Position } from './byte-lists.ts';

export class KeepsLentBytes extends ByteListsConsumer {
  override keep(piece: Uint8Array): Uint8Array {
    return piece;
  }
}

/** Takes the memory for its own, so that what lies around comes along. */
export class ReadsAround extends ByteListsConsumer {
  override keep(piece: Uint8Array): Uint8Array {
    return piece.byteLength > 0 ? new Uint8Array(piece.buffer, 0, piece.byteLength).slice() : piece;
  }
}

export class WritesLentBytes extends ByteListsConsumer {
  override consume(data: readonly Uint8Array[], state: Position): Position | void {
    super.consume(data, state);
    for (const piece of data) piece.reverse();
  }
}

export class DropsTheLast extends ByteListsConsumer {
  override downloadCompleted(): Uint8Array[] {
    return super.downloadCompleted().slice(0, -1);
  }
}

/** Consumes a chunk when the next has come. */
export class OneBehind extends ByteListsConsumer {
  #waiting: (() => void) | undefined;
  override consume(data: readonly Uint8Array[], state: Position): void {
    this.#waiting?.();
    const copies = data.map((piece) => new Uint8Array(piece));
    this.#waiting = () => super.consume(copies, state);
  }
}

export class LeavesTemporary extends ByteListsConsumer {
  override downloadFailed(): void {}
}

export class FailsAgain extends ByteListsConsumer {
  override downloadFailed(): void {
    super.downloadFailed();
    throw new Error('cannot remove what is not there');
  }
}

export class ReturnsCount extends ByteListsConsumer {
  override consume(data: readonly Uint8Array[], state: Position): Position | void {
    super.consume(data, state);
    return data.length as unknown as Position;
  }
}

/** A target that fails, and nobody is told. */
export class SwallowsErrors extends ByteListsConsumer {
  override consume(data: readonly Uint8Array[], state: Position): void {
    try {
      if (this.items.length > 2) throw new Error('the target is full');
      super.consume(data, state);
    } catch {
      // This is what is wrong with it.
    }
  }
}

export class Hangs extends ByteListsConsumer {
  override consume(): never {
    return new Promise(() => {}) as never;
  }
}
