import { DownloadError } from '@towline/downloader-core/spi';
import createXxhash from 'xxhash-wasm';
import type { TensorType } from '../safetensors/index.ts';
import { type DigestAlgorithm, digestBytes } from './request.ts';

/** The digest of one tensor, fed piece by piece. */
export interface TensorDigest {
  update(bytes: Uint8Array): void;
  /** 16 bytes. */
  finish(): Uint8Array;
}

/** Makes digests of tensors with one algorithm. */
export type Digester = (type: TensorType) => TensorDigest;

/** As much is digested before other work may run: some milliseconds. */
const sliceBytes = 8 * 1024 * 1024;

let xxhash: ReturnType<typeof createXxhash> | undefined;

/**
 * Loads an algorithm. XXH64: of the text `dtype [shape]` in UTF-8, a zero byte, and the tensor's bytes, with seed 0 and
 * with seed 1, each big-endian. SHA-256: of the same, cut to 16 bytes; it is for bases that one does not trust.
 */
export async function loadDigester(algorithm: DigestAlgorithm): Promise<Digester> {
  if (algorithm === 'sha256') return loadSha256();
  const wasm = await (xxhash ??= createXxhash());
  return (type) => {
    const halves = [wasm.create64(0n), wasm.create64(1n)];
    const update = (bytes: Uint8Array): void => {
      for (const half of halves) half.update(bytes);
    };
    update(typeBytes(type));
    return {
      update,
      finish: () => {
        const digest = new Uint8Array(digestBytes);
        const view = new DataView(digest.buffer);
        for (const [index, half] of halves.entries()) view.setBigUint64(index * 8, half.digest());
        return digest;
      },
    };
  };
}

// The Web Crypto of browsers cannot be fed piece by piece: this needs Node, or what gives its modules in the same way.
function loadSha256(): Digester {
  const { process } = globalThis as { process?: Partial<typeof globalThis.process> };
  const crypto = process?.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) throw new DownloadError('invalid_argument', 'digest "sha256" is not to be had here');
  return (type) => {
    const hash = crypto.createHash('sha256').update(typeBytes(type));
    return {
      update: (bytes) => void hash.update(bytes),
      finish: () => new Uint8Array(hash.digest().subarray(0, digestBytes)),
    };
  };
}

/** The digest of bytes that come in pieces; lets other work run in between. Throws the signal's reason. */
export async function digestOf(
  digester: Digester,
  type: TensorType,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const digest = digester(type);
  let since = 0;
  for await (const piece of pieces) {
    for (const slice of slices(piece)) {
      signal?.throwIfAborted();
      digest.update(slice);
      since += slice.byteLength;
      if (since >= sliceBytes) {
        since = 0;
        await turnOfTheLoop();
      }
    }
  }
  return digest.finish();
}

/** Bytes in slices that are small enough to be digested or copied at once. */
export function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function typeBytes({ dtype, shape }: TensorType): Uint8Array {
  return new TextEncoder().encode(`${dtype} [${shape.join(',')}]\0`);
}
