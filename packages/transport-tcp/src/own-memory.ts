/** Memory that nobody else has. Node cuts little ones out of a larger one: an ArrayBuffer for each costs more than what is done with it. */
export function ownMemory(bytes: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(bytes);
  return new Uint8Array(buffer, byteOffset, bytes);
}
