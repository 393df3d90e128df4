// @ts-check
// Loaded before anything else (`node --import`): counts what a transfer does, in calls and bytes, which is the same on every
// machine. Node's own modules took their copies of these functions earlier, so what they do inside is not counted.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

/** An allocation of so many bytes is a large one. */
const largeBytes = 64 * 1024;

/** A copy of so many bytes is none of a header, a state or a checksum. */
const smallCopyBytes = 4096;

export const counts = {
  /** By calls that copy, whoever makes them, but to the checksum code, in bytes. */
  copiedBytes: 0,
  /** Of these the ones in copies of more than {@link smallCopyBytes}. */
  copiedInLargeBytes: 0,
  /** To the checksum code, which has the first page of each memory of WebAssembly for it, in bytes. */
  checksumBytes: 0,
  /** Of {@link largeBytes} or more. */
  largeAllocations: 0,
  /** Calls of a socket's `_write` or `_writev`: each is one call of the system's, or one encryption. */
  socketWrites: 0,
  /** Calls that read from, or write to, an open file. */
  fileReads: 0,
  fileWrites: 0,
};

/** Begins to count anew. */
export function reset() {
  for (const name of Object.keys(counts)) counts[/** @type {keyof typeof counts} */ (name)] = 0;
}

const pageBytes = 64 * 1024;

/** @type {WeakSet<ArrayBufferLike>} */
const ofWebAssembly = new WeakSet();

/**
 * @param {number} bytes
 * @param {ArrayBufferLike} [target]
 * @param {number} [at] where in the target
 */
function copied(bytes, target, at = 0) {
  if (target && ofWebAssembly.has(target) && at < pageBytes) {
    counts.checksumBytes += bytes;
    return;
  }
  counts.copiedBytes += bytes;
  if (bytes > smallCopyBytes) counts.copiedInLargeBytes += bytes;
}

/** @param {number} bytes */
function allocated(bytes) {
  if (bytes >= largeBytes) counts.largeAllocations += 1;
}

/**
 * Has a function see each call of a method.
 * @param {any} object
 * @param {string} name
 * @param {(self: any, args: any[], result: any) => void} see called after it
 */
function follow(object, name, see) {
  const original = object[name];
  /** @type {(this: any, ...args: any[]) => any} */
  const followed = function (...args) {
    const result = original.apply(this, args);
    see(this, args, result);
    return result;
  };
  // `util.promisify` finds there what it needs to know of a function.
  object[name] = Object.defineProperties(followed, Object.getOwnPropertyDescriptors(original));
}

/**
 * Has a function see each call of a constructor; everything is still an instance of it.
 * @param {'Uint8Array' | 'ArrayBuffer'} name
 * @param {(args: any[]) => void} see
 */
function followNew(name, see) {
  const original = globalThis[name];
  const proxy = new Proxy(/** @type {any} */ (original), {
    construct(target, args, newTarget) {
      see(args);
      return Reflect.construct(target, args, newTarget);
    },
  });
  original.prototype.constructor = proxy;
  globalThis[name] = proxy;
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
follow(typedArray, 'set', ({ buffer, byteOffset }, [source, at = 0]) =>
  copied(source.byteLength ?? source.length, buffer, byteOffset + at),
);
follow(typedArray, 'slice', (_self, _args, { byteLength }) => copied(byteLength));
follow(typedArray, 'copyWithin', (self, [, start = 0, end = self.length]) => copied(Math.max(0, end - start)));
follow(ArrayBuffer.prototype, 'slice', (_self, _args, { byteLength }) => copied(byteLength));
follow(Buffer.prototype, 'copy', (_self, _args, bytes) => copied(bytes));
follow(Buffer, 'concat', (_self, _args, { byteLength }) => copied(byteLength));
follow(Buffer, 'from', (_self, [source], { byteLength }) => ArrayBuffer.isView(source) && copied(byteLength));
for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'])
  follow(Buffer, name, (_self, [bytes]) => allocated(bytes));
followNew('ArrayBuffer', ([bytes]) => allocated(bytes));
followNew('Uint8Array', ([first]) => {
  if (typeof first === 'number') allocated(first);
  else if (ArrayBuffer.isView(first)) copied(first.byteLength);
});
for (const name of ['_write', '_writev']) follow(Socket.prototype, name, () => (counts.socketWrites += 1));
for (const name of ['read', 'readv', 'readSync', 'readvSync']) follow(fs, name, () => (counts.fileReads += 1));
for (const name of ['write', 'writev', 'writeSync', 'writevSync']) follow(fs, name, () => (counts.fileWrites += 1));
syncBuiltinESMExports();

const { Memory } = WebAssembly;
WebAssembly.Memory = new Proxy(Memory, {
  construct(target, args, newTarget) {
    const memory = Reflect.construct(target, args, newTarget);
    ofWebAssembly.add(memory.buffer);
    allocated(memory.buffer.byteLength - pageBytes);
    return memory;
  },
});
