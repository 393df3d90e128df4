import { Decoder, Encoder } from '@msgpack/msgpack';

import { isPlainObject, type PlainObject } from '../base/plain.ts';
import { checkClaims } from './claims.ts';

const encoder = new Encoder({ ignoreUndefined: true });
const canonicalEncoder = new Encoder({ ignoreUndefined: true, sortKeys: true });
const decoder = new Decoder();

// Most of what is packed are headers and states of some hundred bytes: they share buffers, for an ArrayBuffer of their own costs
// more than the packing. What outlives its message holds as much as the slab.
const slabBytes = 8 * 1024;
const mostInSlab = 1024;
let slab = new Uint8Array(slabBytes);
let slabUsed = 0;

/** A plain object as MessagePack. Throws on what MessagePack cannot hold. */
export function pack(value: PlainObject): Uint8Array<ArrayBuffer> {
  const packed = encoder.encodeSharedRef(value);
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
  return canonicalEncoder.encode(value);
}

/** The plain object that `bytes` hold, which may come from a peer. Throws on anything else. */
export function unpack(bytes: Uint8Array): PlainObject {
  checkClaims(bytes);
  const value: unknown = decoder.decode(bytes);
  if (!isPlainObject(value)) throw new TypeError('not a plain object');
  return value;
}
