import { xxh64Code } from './xxh64-code.ts';

// Places in the memory of the code: see xxh64.wat.
const resultAt = 80;
const resultBytes = 8;
const stateBytes = resultAt + resultBytes;
const scratchAt = 1024;
const pageBytes = 64 * 1024;

// Results share buffers: an ArrayBuffer for each would cost more than a small checksum. Most are looked at once.
let results = new Uint8Array(resultBytes * 256);
let resultsUsed = 0;

interface Code {
  reset(): void;
  update(at: number, bytes: number): void;
  digest(): void;
}

/**
 * The checksum code with a memory of its own: the state of one running checksum, room to copy bytes to, and, where that was
 * asked for, room for a body, of which the checksum is taken where it lies.
 */
export class Xxh64 {
  readonly #code: Code;
  readonly #memory: Uint8Array<ArrayBuffer>;

  /** `bodyBytes`: the room for a body. Throws a `RangeError` when there is no memory for it. */
  constructor(module: WebAssembly.Module, bodyBytes = 0) {
    const pages = 1 + Math.ceil(bodyBytes / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(module, { caller: { memory } });
    this.#code = exports as unknown as Code;
    this.#memory = new Uint8Array(memory.buffer);
  }

  /** The room for a body, behind the rest. */
  body(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(pageBytes, pageBytes + bytes);
  }

  /** Begins a checksum. */
  reset(): void {
    this.#code.reset();
  }

  /** Goes on with bytes of the body. */
  updateInPlace(bytes: Uint8Array): void {
    this.#code.update(bytes.byteOffset, bytes.byteLength);
  }

  /** Goes on with bytes that lie elsewhere, which are copied here piece by piece. */
  update(bytes: Uint8Array): void {
    const most = pageBytes - scratchAt;
    for (let from = 0; from < bytes.byteLength; from += most) {
      const piece = bytes.byteLength <= most ? bytes : bytes.subarray(from, from + most);
      this.#memory.set(piece, scratchAt);
      this.#code.update(scratchAt, piece.byteLength);
    }
  }

  /** The checksum of all that came since it began: 8 bytes, big-endian. More may follow. */
  digest(): Uint8Array {
    this.#code.digest();
    if (resultsUsed === results.byteLength) {
      results = new Uint8Array(results.byteLength);
      resultsUsed = 0;
    }
    const from = resultsUsed;
    resultsUsed += resultBytes;
    for (let at = 0; at < resultBytes; at += 1) results[from + at] = this.#memory[resultAt + at] as number;
    return results.subarray(from, resultsUsed);
  }

  /** The running checksum, to go on with it later or elsewhere by {@link restore}. */
  save(): Uint8Array {
    return this.#memory.slice(0, stateBytes);
  }

  restore(state: Uint8Array): void {
    this.#memory.set(state);
  }
}

/** Compiles the code, for many instances of {@link Xxh64}. */
export function compileXxh64(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(Uint8Array.from(atob(xxh64Code), (character) => character.charCodeAt(0)));
}
