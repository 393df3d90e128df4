import { compileXxh64, Xxh64 } from './xxh64.ts';

/** XXH64, seed 0 (rule I1). The same WebAssembly in Node and in browsers. */
export interface Hasher {
  /** The checksum over the concatenation of `segments`: 8 bytes, big-endian. */
  checksum(segments: readonly Uint8Array[]): Uint8Array;
  /** A running hash; see {@link RunningHash}. */
  start(): RunningHash;
}

/** A hash that is fed piece by piece. */
export interface RunningHash {
  /** Goes on with these bytes. They are read before it returns, and not kept. */
  update(bytes: Uint8Array): void;
  /** 8 bytes, big-endian; further updates may follow. */
  digest(): Uint8Array;
}

/** Smaller bodies are copied to the code as quickly as their memory is looked up. */
const leastInPlaceBytes = 16 * 1024;

/** Each has a WebAssembly memory, for which engines set aside gigabytes of addresses, though no memory. */
const mostBodies = 64;

/** Engines need not count such memory when they decide whether to look for garbage. */
const mostBodyBytes = 48 * 1024 * 1024;

let loading: Promise<Hasher> | undefined;
let compiled: WebAssembly.Module | undefined;
/** The code whose memory a body lies in. */
const codeOf = new WeakMap<ArrayBufferLike, Xxh64>();
let bodies = 0;
let bodyBytes = 0;
const gone = new FinalizationRegistry((bytes: number) => {
  bodies -= 1;
  bodyBytes -= bytes;
});

/** Loads the checksum code once per process. */
export function loadHasher(): Promise<Hasher> {
  loading ??= compileXxh64().then((module) => {
    compiled = module;
    const home = new Xxh64(module);
    home.warmUp();
    return hasherOn(home);
  });
  return loading;
}

/**
 * Memory of which the {@link Hasher} takes the checksum without copying it first, which is half of its work: for buffers that
 * are used again and again. Its contents are arbitrary. It is an ordinary part of an ArrayBuffer that is somewhat larger and
 * cannot be transferred; it goes when nobody refers to it any more. Nothing when there are too many already (64 or 48 MiB in a process),
 * when `bytes` are too few for it to matter (16 KiB), or before the code is loaded.
 */
export function hashableMemory(bytes: number): Uint8Array<ArrayBuffer> | undefined {
  if (!compiled || bytes < leastInPlaceBytes) return undefined;
  if (bodies >= mostBodies || bodyBytes + bytes > mostBodyBytes) return undefined;
  let code: Xxh64;
  try {
    code = new Xxh64(compiled, bytes);
  } catch {
    // Where addresses are scarce.
    return undefined;
  }
  const body = code.body(bytes);
  bodies += 1;
  bodyBytes += bytes;
  codeOf.set(body.buffer, code);
  gone.register(body.buffer, bytes);
  return body;
}

function hasherOn(home: Xxh64): Hasher {
  const start = (): RunningHash => {
    home.reset();
    let state = home.save();
    return {
      update(bytes) {
        home.restore(state);
        home.update(bytes);
        state = home.save();
      },
      digest() {
        home.restore(state);
        return home.digest();
      },
    };
  };
  return { start, checksum: (segments) => checksumOf(segments, home) };
}

/** The running checksum goes with the bytes: to each memory that some of them lie in. */
function checksumOf(segments: readonly Uint8Array[], home: Xxh64): Uint8Array {
  let code = home;
  code.reset();
  for (const segment of segments) {
    const own = segment.byteLength < leastInPlaceBytes ? undefined : codeOf.get(segment.buffer);
    if (own && own !== code) own.restore(code.save());
    if (own) (code = own).updateInPlace(segment);
    else code.update(segment);
  }
  return code.digest();
}

/** Whether two byte strings are equal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let index = 0; index < a.byteLength; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
