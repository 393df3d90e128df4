/** Takes a chunk apart at places that have nothing to do with the arrays that it came in. Nothing is copied. */
export class Segments {
  readonly #data: readonly Uint8Array[];
  #index = 0;
  #offset = 0;

  constructor(data: readonly Uint8Array[]) {
    this.#data = data;
  }

  /** The next `length` bytes, as views; fewer when the data ends. */
  take(length: number): readonly Uint8Array[] {
    const views: Uint8Array[] = [];
    let left = length;
    while (left > 0) {
      const bytes = this.#data[this.#index];
      if (bytes === undefined) break;
      const view = bytes.subarray(this.#offset, this.#offset + left);
      if (view.byteLength > 0) views.push(view);
      left -= view.byteLength;
      this.#advance(view.byteLength, bytes.byteLength);
    }
    return views;
  }

  #advance(taken: number, length: number): void {
    this.#offset += taken;
    if (this.#offset < length) return;
    this.#index += 1;
    this.#offset = 0;
  }
}

/** The sum of lengths. */
export function totalLength(data: readonly Uint8Array[]): number {
  let total = 0;
  for (const { byteLength } of data) total += byteLength;
  return total;
}
