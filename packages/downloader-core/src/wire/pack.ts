import { isPlainObject, type PlainObject } from '../base/plain.ts';
import { MsgpackReader } from './msgpack-reader.ts';
import { MsgpackWriter } from './msgpack-writer.ts';

const writer = new MsgpackWriter();
const canonicalWriter = new MsgpackWriter({ sortKeys: true });
const reader = new MsgpackReader();

// Most of what is packed are headers and states of some hundred bytes: they share buffers, for an ArrayBuffer of their own costs
// more than the packing. What outlives its message holds as much as the slab.
const slabBytes = 8 * 1024;
const mostInSlab = 1024;
let slab = new Uint8Array(slabBytes);
let slabUsed = 0;

/** A plain object as MessagePack. Throws on what MessagePack cannot hold. */
export function pack(value: PlainObject): Uint8Array<ArrayBuffer> {
  const packed = writer.write(value);
  if (packed.byteLength > mostInSlab) return packed.slice();
  if (slabUsed + packed.byteLength > slabBytes) {
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
  slab.set(packed, slabUsed);
  slabUsed += packed.byteLength;
  return slab.subarray(slabUsed - packed.byteLength, slabUsed);
}

/** As {@link pack}, with sorted keys: equal objects give equal bytes. */
export function packCanonical(value: PlainObject): Uint8Array<ArrayBuffer> {
  return canonicalWriter.write(value).slice();
}

/** The plain object that `bytes` hold, which may come from a peer. Throws on anything else. */
export function unpack(bytes: Uint8Array): PlainObject {
  const value = reader.read(bytes);
  if (!isPlainObject(value)) throw new TypeError('not a plain object');
  return value;
}
