import { SafetensorsError } from '../errors.ts';
import { BACKSLASH, QUOTE } from './ascii.ts';
import { firstInvalidEscape, unescaped } from './escapes.ts';
import { firstInvalidUtf8 } from './utf8.ts';

const REPEATED_LENGTH = 16;
const REPEATED_SLOTS = 64;

/**
 * Reads JSON strings: strict UTF-8, no raw control characters, no escaped half of a surrogate pair. Looks at each byte
 * once and decodes natively; a second, slower look only finds out where something invalid stands.
 */
export class JsonStringReader {
  /** The position behind the closing quote of the string that was read last. */
  end = 0;
  readonly #bytes: Uint8Array;
  readonly #kept: (string | undefined)[] = Array.from({ length: REPEATED_SLOTS });
  // Without `ignoreBOM` the decoder would swallow U+FEFF at the start of a name.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads the string whose opening quote stands at `start`. */
  read(start: number): string {
    const bytes = this.#bytes;
    let escaped = false;
    for (let position = start + 1; position < bytes.length; position += 1) {
      const byte = bytes[position] ?? 0;
      if (byte === QUOTE) {
        this.end = position + 1;
        if (escaped) return this.#unescape(start + 1, position);
        return position - start <= REPEATED_LENGTH
          ? this.#repeated(start + 1, position)
          : this.#decode(start + 1, position);
      }
      if (byte < 0x20) throw invalidJson('a raw control character in a string', position);
      if (byte === BACKSLASH) {
        escaped = true;
        position += 1;
      }
    }
    throw invalidJson('a string without an end', start);
  }

  /** The same few short strings, names of fields and types, make up most of a header: they are kept. */
  #repeated(start: number, end: number): string {
    const slot = ((this.#bytes[start] ?? 0) + end - start) % REPEATED_SLOTS;
    const kept = this.#kept[slot];
    if (kept !== undefined && this.#isAt(kept, start, end)) return kept;
    const text = this.#decode(start, end);
    // Only ASCII is as long as its bytes, and only ASCII may be compared with bytes.
    if (text.length === end - start) this.#kept[slot] = text;
    return text;
  }

  /** Whether the bytes are those of an ASCII text. */
  #isAt(text: string, start: number, end: number): boolean {
    if (text.length !== end - start) return false;
    for (let index = 0; index < text.length; index += 1) {
      if (text.charCodeAt(index) !== this.#bytes[start + index]) return false;
    }
    return true;
  }

  #decode(start: number, end: number): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(start, end));
    } catch (error) {
      const offset = firstInvalidUtf8(this.#bytes, start, end);
      if (offset < 0) throw error;
      throw new SafetensorsError('invalid_utf8', 'bytes that are not UTF-8', { offset, cause: error });
    }
  }

  #unescape(start: number, end: number): string {
    const text = unescaped(this.#decode(start, end));
    if (text !== undefined) return text;
    throw invalidJson('an invalid escape in a string', firstInvalidEscape(this.#bytes, start, end));
  }
}

function invalidJson(problem: string, offset: number): SafetensorsError {
  return new SafetensorsError('invalid_json', problem, { offset });
}
