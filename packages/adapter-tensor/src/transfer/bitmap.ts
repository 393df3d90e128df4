/** Bit `index` of a bitmap: the lowest bit of each byte comes first. */
export function hasBit(bitmap: Uint8Array, index: number): boolean {
  return (((bitmap[index >>> 3] ?? 0) >>> (index & 7)) & 1) === 1;
}

/** A bitmap of `length` bits in which those of `indexes` are set. */
export function bitmapOf(indexes: Iterable<number>, length: number): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  for (const index of indexes) bitmap[index >>> 3] = (bitmap[index >>> 3] ?? 0) | (1 << (index & 7));
  return bitmap;
}

/** The set bits in rising order, or nothing when the bitmap is not one of `length` bits. */
export function indexesOf(bitmap: Uint8Array, length: number): number[] | undefined {
  if (bitmap.byteLength !== Math.ceil(length / 8)) return undefined;
  const indexes: number[] = [];
  for (let index = 0; index < bitmap.byteLength * 8; index += 1) {
    if (!hasBit(bitmap, index)) continue;
    if (index >= length) return undefined;
    indexes.push(index);
  }
  return indexes;
}
