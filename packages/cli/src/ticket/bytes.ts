const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Appends fields of a binary layout; integers are big-endian, text is UTF-8 after its length. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];

  integer(value: number, byteLength: 1 | 2 | 6): this {
    const part = Buffer.alloc(byteLength);
    part.writeUIntBE(value, 0, byteLength);
    return this.bytes(part);
  }

  text(value: string, lengthBytes: 1 | 2): this {
    const encoded = encoder.encode(value);
    return this.integer(encoded.byteLength, lengthBytes).bytes(encoded);
  }

  bytes(value: Uint8Array): this {
    this.#parts.push(value);
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Reads what a {@link ByteWriter} wrote. Untrusted input: whatever is missing or malformed throws a `RangeError`. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  integer(byteLength: 1 | 2 | 6): number {
    return this.#take(byteLength).readUIntBE(0, byteLength);
  }

  text(lengthBytes: 1 | 2): string {
    const encoded = this.#take(this.integer(lengthBytes));
    try {
      return decoder.decode(encoded);
    } catch (cause) {
      throw new RangeError('a text is not UTF-8', { cause });
    }
  }

  /** A copy: it does not keep the rest alive. */
  bytes(byteLength: number): Uint8Array {
    return Uint8Array.from(this.#take(byteLength));
  }

  end(): void {
    if (this.#offset !== this.#bytes.byteLength) throw new RangeError('there is more than the fields');
  }

  #take(byteLength: number): Buffer {
    const end = this.#offset + byteLength;
    if (end > this.#bytes.byteLength) throw new RangeError('it ends too early');
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }
}
