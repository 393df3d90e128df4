/** How deep lists and maps may lie in each other; the writer goes as deep. */
export const maxDepth = 100;

/** How many values one message may hold: each costs far more memory than its one byte. What is many belongs into one `bin`. */
const maxValues = 200_000;

/** Longer texts are rarely the same again: they are not looked up. In bytes. */
const mostKnownBytes = 40;
/** A power of two. */
const knownTexts = 512;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads the formats of MessagePack that the protocol uses (docs/protocol.md, Messages): all but extensions; keys are text.
 * The bytes may be anybody's: nothing is allocated by what they claim, only by what is there.
 */
export class MsgpackReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #values = 0;
  /** Keys, names and ids come again with every message. Each place is taken by the latest text that belongs there. */
  readonly #known: string[] = Array.from({ length: knownTexts }, () => '');
  readonly #knownBytes = new Uint8Array(knownTexts * mostKnownBytes);
  readonly #knownLengths = new Uint8Array(knownTexts);

  /** The one value that `bytes` are. Byte strings in it are views of them. Throws a `RangeError`. */
  read(bytes: Uint8Array): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    this.#values = 0;
    const value = this.#value(0);
    if (this.#at < bytes.byteLength) throw new RangeError('bytes follow the value');
    return value;
  }

  #value(depth: number): unknown {
    this.#values += 1;
    if (this.#values > maxValues) throw new RangeError(`there are more than ${maxValues} values in one message`);
    // As `#uint(1)` would: most of all values are one byte and what it says.
    const at = this.#at;
    const lead = this.#bytes[at];
    if (lead === undefined) throw new RangeError('the value ends too early');
    this.#at = at + 1;
    if (lead < 0x80) return lead;
    if (lead < 0x90) return this.#map(lead & 0x0f, depth);
    if (lead < 0xa0) return this.#list(lead & 0x0f, depth);
    if (lead < 0xc0) return this.#text(lead & 0x1f);
    return lead < 0xe0 ? this.#long(lead, depth) : lead - 0x100;
  }

  /** What has a first byte of its own: MessagePack specification, section "Formats". */
  #long(lead: number, depth: number): unknown {
    switch (lead) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(1 << (lead - 0xc4)));
      case 0xca:
      case 0xcb:
        return this.#float(lead === 0xca ? 4 : 8);
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (lead - 0xcc));
      case 0xcf:
        return this.#uint(4) * 2 ** 32 + this.#uint(4);
      case 0xd0:
        return (this.#uint(1) << 24) >> 24;
      case 0xd1:
        return (this.#uint(2) << 16) >> 16;
      case 0xd2:
        return this.#uint(4) | 0;
      case 0xd3:
        return (this.#uint(4) | 0) * 2 ** 32 + this.#uint(4);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (lead - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 << (lead - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (lead - 0xde)), depth);
      default:
        throw new RangeError(`a value of the format 0x${lead.toString(16)} is not allowed`);
    }
  }

  #map(count: number, depth: number): Record<string, unknown> {
    this.#begin(count * 2, depth);
    const map: Record<string, unknown> = {};
    for (let index = 0; index < count; index += 1) {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string') throw new RangeError('a key is no text');
      if (key === '__proto__') throw new RangeError('a key is __proto__');
      map[key] = this.#value(depth + 1);
    }
    return map;
  }

  #list(count: number, depth: number): unknown[] {
    this.#begin(count, depth);
    const list: unknown[] = [];
    for (let index = 0; index < count; index += 1) list.push(this.#value(depth + 1));
    return list;
  }

  /** Each element takes a byte at least. */
  #begin(elements: number, depth: number): void {
    if (elements > this.#bytes.byteLength - this.#at)
      throw new RangeError('a count is larger than the bytes that follow it');
    if (depth >= maxDepth) throw new RangeError(`lists and maps lie in each other deeper than ${maxDepth}`);
  }

  #text(length: number): string {
    if (length > mostKnownBytes) return utf8.decode(this.#take(length));
    const at = this.#at;
    const bytes = this.#bytes;
    if (length > bytes.byteLength - at) throw new RangeError('the value ends too early');
    this.#at = at + length;
    // Of all bytes: random ids differ in the middle only, and share neither length nor beginning with anything else.
    let hash = length;
    for (let index = at; index < this.#at; index += 1) hash = (hash * 31 + (bytes[index] as number)) | 0;
    const place = (hash ^ (hash >>> 15)) & (knownTexts - 1);
    if (this.#isKnown(place, at, length)) return this.#known[place] as string;
    const view = bytes.subarray(at, at + length);
    this.#knownBytes.set(view, place * mostKnownBytes);
    this.#knownLengths[place] = length;
    return (this.#known[place] = utf8.decode(view));
  }

  #isKnown(place: number, at: number, length: number): boolean {
    if (this.#knownLengths[place] !== length) return false;
    const bytes = this.#bytes;
    const known = this.#knownBytes;
    const from = place * mostKnownBytes;
    for (let index = 0; index < length; index += 1) if (known[from + index] !== bytes[at + index]) return false;
    return true;
  }

  #float(length: 4 | 8): number {
    const { buffer, byteOffset, byteLength } = this.#take(length);
    const view = new DataView(buffer, byteOffset, byteLength);
    return length === 4 ? view.getFloat32(0) : view.getFloat64(0);
  }

  #uint(length: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const end = at + length;
    if (end > bytes.byteLength) throw new RangeError('the value ends too early');
    let value = 0;
    for (; at < end; at += 1) value = value * 0x100 + (bytes[at] as number);
    this.#at = end;
    return value;
  }

  #take(length: number): Uint8Array {
    const from = this.#at;
    if (length > this.#bytes.byteLength - from) throw new RangeError('the value ends too early');
    this.#at = from + length;
    return this.#bytes.subarray(from, this.#at);
  }
}
