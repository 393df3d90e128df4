import { quoted, SafetensorsError } from '../errors.ts';
import {
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  isDigit,
  isWhitespace,
  MINUS,
  QUOTE,
} from './ascii.ts';
import { readUnsigned, skipNumber } from './numbers.ts';
import { JsonStringReader } from './string-reader.ts';
import { firstInvalidUtf8 } from './utf8.ts';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

/** Arrays and objects within each other, the outermost included. The reference's JSON library takes as many. */
const MAX_DEPTH = 127;

/**
 * A cursor over strict JSON text (RFC 8259) that keeps what `JSON.parse` loses: exact integers, keys that come twice and
 * the byte where something stands. It builds nothing: the caller asks for what it expects, in the order of the text.
 * Every byte is looked at once; errors are {@link SafetensorsError} with the offset within `bytes`.
 */
export class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #strings: JsonStringReader;
  #position: number;
  #keyPosition = 0;
  #depth = 0;
  /** Directly behind an opening bracket, where no comma may stand. */
  #opened = false;

  /** @param bytes the text is all of them from `start` on */
  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#position = start;
    this.#strings = new JsonStringReader(bytes);
  }

  /** Where the next value, key or closing bracket begins; white space before it is passed. */
  get position(): number {
    this.#skipWhitespace();
    return this.#position;
  }

  /** Where the key began that was read last. */
  get keyPosition(): number {
    return this.#keyPosition;
  }

  /** What kind of value comes next. */
  get kind(): JsonKind {
    const byte = this.#peek();
    if (byte === BRACE_OPEN) return 'object';
    if (byte === BRACKET_OPEN) return 'array';
    if (byte === QUOTE) return 'string';
    if (byte === MINUS || isDigit(byte)) return 'number';
    return this.#literalKind();
  }

  /** Enters an object; {@link nextKey} then walks it. */
  openObject(): void {
    this.#expect('object');
    this.#open();
  }

  /** Enters an array; {@link nextItem} then walks it. */
  openArray(): void {
    this.#expect('array');
    this.#open();
  }

  /** The next key of the object that was entered, its value to be read next; nothing when the object has ended. */
  nextKey(): string | undefined {
    if (!this.#nextMember(BRACE_CLOSE, '"," or "}"')) return undefined;
    if (this.#peek() !== QUOTE) throw this.#invalid('a key in quotes');
    this.#keyPosition = this.#position;
    const key = this.#takeString();
    if (this.#peek() !== COLON) throw this.#invalid('a colon');
    this.#position += 1;
    return key;
  }

  /** Whether the array that was entered has one more item, to be read next. */
  nextItem(): boolean {
    return this.#nextMember(BRACKET_CLOSE, '"," or "]"');
  }

  string(): string {
    this.#expect('string');
    return this.#takeString();
  }

  /** An unsigned 64-bit integer, exactly: a number up to 2^53 - 1, a bigint above. */
  unsigned(): number | bigint {
    this.#expect('number');
    const { value, end } = readUnsigned(this.#bytes, this.#position);
    this.#position = end;
    return value;
  }

  /** Passes a value of any kind with everything in it, of which only the grammar is checked. */
  skip(): void {
    const kind = this.kind;
    switch (kind) {
      case 'object':
        return this.#skipObject();
      case 'array':
        return this.#skipArray();
      case 'string':
        this.#takeString();
        return undefined;
      case 'number':
        this.#position = skipNumber(this.#bytes, this.#position);
        return undefined;
      case 'true':
      case 'false':
      case 'null':
        this.#position += kind.length;
        return undefined;
    }
  }

  /** Checks that nothing but white space is left. */
  finish(): void {
    this.#skipWhitespace();
    if (this.#position < this.#bytes.length) throw this.#invalid('the end');
  }

  #skipObject(): void {
    this.openObject();
    while (this.nextKey() !== undefined) this.skip();
  }

  #skipArray(): void {
    this.openArray();
    while (this.nextItem()) this.skip();
  }

  #open(): void {
    if (this.#depth === MAX_DEPTH) {
      throw new SafetensorsError('too_deep', `nested deeper than ${MAX_DEPTH} levels`, { offset: this.#position });
    }
    this.#depth += 1;
    this.#position += 1;
    this.#opened = true;
  }

  /** Passes the comma before the next member, or the bracket behind the last one. */
  #nextMember(closing: number, expected: string): boolean {
    const byte = this.#peek();
    const first = this.#opened;
    this.#opened = false;
    if (byte === closing) {
      this.#depth -= 1;
      this.#position += 1;
      return false;
    }
    if (first) return true;
    if (byte !== COMMA) throw this.#invalid(expected);
    this.#position += 1;
    return true;
  }

  #expect(expected: JsonKind): void {
    const found = this.kind;
    if (found === expected) return;
    throw new SafetensorsError('wrong_type', `expected ${article(expected)}, found ${article(found)}`, {
      offset: this.#position,
    });
  }

  #takeString(): string {
    const text = this.#strings.read(this.#position);
    this.#position = this.#strings.end;
    return text;
  }

  #literalKind(): JsonKind {
    for (const literal of ['null', 'true', 'false'] as const) {
      const end = this.#position + literal.length;
      const text = String.fromCharCode(...this.#bytes.subarray(this.#position, end));
      if (text === literal) return literal;
    }
    throw this.#invalid('a value');
  }

  /** The next byte that is no white space; 0 at the end, which is no valid byte either. */
  #peek(): number {
    this.#skipWhitespace();
    return this.#bytes[this.#position] ?? 0;
  }

  #skipWhitespace(): void {
    while (this.#position < this.#bytes.length && isWhitespace(this.#bytes[this.#position] ?? 0)) this.#position += 1;
  }

  #invalid(expected: string): SafetensorsError {
    const offset = this.#position;
    const byte = this.#bytes[offset];
    if (byte === undefined)
      return new SafetensorsError('invalid_json', `expected ${expected}, found the end`, { offset });
    if (firstInvalidUtf8(this.#bytes, offset, Math.min(offset + 4, this.#bytes.length)) === offset) {
      return new SafetensorsError('invalid_utf8', 'bytes that are not UTF-8', { offset });
    }
    return new SafetensorsError('invalid_json', `expected ${expected}, found ${byteText(byte)}`, { offset });
  }
}

/** A byte as it may stand in a message. */
function byteText(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}

export function duplicateKey(key: string, offset: number): SafetensorsError {
  return new SafetensorsError('duplicate_key', `${quoted(key)} stands twice in one object`, { offset });
}

function article(kind: JsonKind): string {
  if (kind === 'object' || kind === 'array') return `an ${kind}`;
  return kind === 'string' || kind === 'number' ? `a ${kind}` : kind;
}
