import { isPlainObject, type PlainObject } from '../base/plain.ts';
import { MsgpackReader } from './msgpack-reader.ts';
import { MsgpackWriter } from './msgpack-writer.ts';

const writer = new MsgpackWriter();
const canonicalWriter = new MsgpackWriter({ sortKeys: true });
const reader = new MsgpackReader();

/** A plain object as MessagePack. Throws on what MessagePack cannot hold. */
export function pack(value: PlainObject): Uint8Array<ArrayBuffer> {
  return writer.write(value);
}

/** As {@link pack}, with sorted keys: equal objects give equal bytes. */
export function packCanonical(value: PlainObject): Uint8Array<ArrayBuffer> {
  return canonicalWriter.write(value);
}

/** The plain object that `bytes` hold, which may come from a peer. Throws on anything else. */
export function unpack(bytes: Uint8Array): PlainObject {
  const value = reader.read(bytes);
  if (!isPlainObject(value)) throw new TypeError('not a plain object');
  return value;
}
