/** How deep lists and maps may lie in each other; our encoder goes as deep. */
const maxDepth = 100;

/** How many values one message may hold: each costs far more memory than its one byte. What is many belongs into one `bin`. */
const maxValues = 200_000;

/**
 * Throws a `RangeError` unless every count in the MessagePack `bytes` can be true. A list or map tells its size before its
 * elements, and decoders allocate by it; but each element takes at least one byte, so all that is still to come, over all
 * open lists and maps, can never be more than the bytes that follow.
 */
export function checkClaims(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: number[] = [];
  let at = 0;
  let lacking = 1;
  let values = 0;
  while (lacking > 0) {
    if (lacking > bytes.byteLength - at) throw new RangeError('a count is larger than the bytes that follow it');
    const children = childrenAt(view, at);
    values += 1;
    if (values > maxValues) throw new RangeError(`there are more than ${maxValues} values in one message`);
    at += sizeAt(view, at);
    lacking += children - 1;
    if (open.length > 0) open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    if (children > 0) open.push(children);
    while (open.at(-1) === 0) open.pop();
    if (open.length > maxDepth) throw new RangeError(`lists and maps lie in each other deeper than ${maxDepth}`);
  }
}

// Formats by their first byte: MessagePack specification, section "Formats".

/** How many values follow the one at `at` as its elements. */
function childrenAt(view: DataView, at: number): number {
  const lead = view.getUint8(at);
  if (lead >= 0x80 && lead < 0x90) return (lead & 0x0f) * 2;
  if (lead >= 0x90 && lead < 0xa0) return lead & 0x0f;
  switch (lead) {
    case 0xdc:
      return view.getUint16(at + 1);
    case 0xdd:
      return view.getUint32(at + 1);
    case 0xde:
      return view.getUint16(at + 1) * 2;
    case 0xdf:
      return view.getUint32(at + 1) * 2;
    default:
      return 0;
  }
}

// Bytes of what has a fixed size, first byte included: nil, false, true, floats, integers, and the heads of lists and maps.
const fixedSizes: Readonly<Record<number, number>> = {
  0xc0: 1,
  0xc2: 1,
  0xc3: 1,
  0xca: 5,
  0xcb: 9,
  0xcc: 2,
  0xcd: 3,
  0xce: 5,
  0xcf: 9,
  0xd0: 2,
  0xd1: 3,
  0xd2: 5,
  0xd3: 9,
  0xdc: 3,
  0xdd: 5,
  0xde: 3,
  0xdf: 5,
};

/** How many bytes the value at `at` has, without its elements. Throws on extensions, which the protocol does not use. */
function sizeAt(view: DataView, at: number): number {
  const lead = view.getUint8(at);
  if (lead < 0xa0 || lead >= 0xe0) return 1;
  if (lead < 0xc0) return 1 + (lead & 0x1f);
  const fixed = fixedSizes[lead];
  if (fixed !== undefined) return fixed;
  switch (lead) {
    case 0xc4:
    case 0xd9:
      return 2 + view.getUint8(at + 1);
    case 0xc5:
    case 0xda:
      return 3 + view.getUint16(at + 1);
    case 0xc6:
    case 0xdb:
      return 5 + view.getUint32(at + 1);
    default:
      throw new RangeError(`a value of the format 0x${lead.toString(16)} is not allowed`);
  }
}
