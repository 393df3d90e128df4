// @ts-check
// One method that streams bytes as they are: no schema between them and the wire.

/** @param {Buffer} bytes */
const asItIs = (bytes) => bytes;

export const path = '/bench.Copy/Read';
export const method = {
  path,
  requestStream: false,
  responseStream: true,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
};
/** The quickest of sizes from 64 KiB to 4 MiB. */
export const messageBytes = 512 * 1024;
