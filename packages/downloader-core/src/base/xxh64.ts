import { smallCopy } from './slab.ts';
import { xxh64Code } from './xxh64-code.ts';

// Places in the memory of the code: see xxh64.wat.
const resultAt = 80;
const stateBytes = 88;
const scratchAt = 1024;
const pageBytes = 64 * 1024;
const warmUpTurns = 3;

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
  readonly #result: Uint8Array<ArrayBuffer>;

  /** `bodyBytes`: the room for a body. Throws a `RangeError` when there is no memory for it. */
  constructor(module: WebAssembly.Module, bodyBytes = 0) {
    const pages = 1 + Math.ceil(bodyBytes / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(module, { caller: { memory } });
    this.#code = exports as unknown as Code;
    this.#memory = new Uint8Array(memory.buffer);
    this.#result = this.#memory.subarray(resultAt, stateBytes);
  }

  /** The room for a body, behind the rest. */
  body(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(pageBytes, pageBytes + bytes);
  }

  /**
   * Runs for a while over what lies here. Engines compile such code quickly at first, and well, on another thread, after some 100 KiB; until
   * then it takes ten times as long, 3 ms for a chunk of 4 MiB, and everybody waits for the first chunk.
   */
  warmUp(): void {
    for (let turn = 0; turn < warmUpTurns; turn += 1) this.#code.update(scratchAt, pageBytes - scratchAt);
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
    return smallCopy(this.#result);
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
