import { Decoder, Encoder } from '@msgpack/msgpack';

import { isPlainObject, type PlainObject } from '../base/plain.ts';
import { checkClaims } from './claims.ts';

const encoder = new Encoder({ ignoreUndefined: true });
const canonicalEncoder = new Encoder({ ignoreUndefined: true, sortKeys: true });
const decoder = new Decoder();

/** A plain object as MessagePack. Throws on what MessagePack cannot hold. */
export function pack(value: PlainObject): Uint8Array<ArrayBuffer> {
  return encoder.encode(value);
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
