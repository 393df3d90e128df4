/**
 * Where the first byte sequence that is not valid UTF-8 begins, or -1 (Unicode standard, table 3-7: no overlong forms,
 * no surrogates, nothing above U+10FFFF).
 */
export function firstInvalidUtf8(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  while (position < end) {
    const length = sequenceLength(bytes, position, end);
    if (length === 0) return position;
    position += length;
  }
  return -1;
}

/** Bytes of the well-formed sequence at a position; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, position: number, end: number): number {
  const lead = bytes[position] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || position + length > end) return 0;
  const second = bytes[position + 1] ?? 0;
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return 0;
  for (let next = position + 2; next < position + length; next += 1) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function lowestSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}
