import { BACKSLASH } from './ascii.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a string can be written as UTF-8: every half of a surrogate pair has its other half. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** The text of a JSON string without its quotes, or nothing when an escape in it is not valid. */
export function unescaped(text: string): string | undefined {
  try {
    const plain: unknown = JSON.parse(`"${text}"`);
    return typeof plain === 'string' && isWellFormed(plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}

const SHORT_ESCAPES: ReadonlySet<string> = new Set('"\\/bfnrt');

/** The position of the first escape that is not valid, or -1. A half of a surrogate pair needs the other half behind it. */
export function firstInvalidEscape(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  while (position < end) {
    if (bytes[position] !== BACKSLASH) {
      position += 1;
      continue;
    }
    const length = escapeLength(bytes, position, end);
    if (length === 0) return position;
    position += length;
  }
  return -1;
}

/** Bytes of the valid escape at a position, a pair of surrogates counting as one; 0 where there is none. */
function escapeLength(bytes: Uint8Array, position: number, end: number): number {
  const letter = String.fromCharCode(bytes[position + 1] ?? 0);
  if (SHORT_ESCAPES.has(letter)) return 2;
  const unit = unicodeEscape(bytes, position, end);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
  if (unit < 0xd800 || unit > 0xdfff) return 6;
  const low = unicodeEscape(bytes, position + 6, end);
  return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/** The code unit of a `\uXXXX` at a position, or -1. */
function unicodeEscape(bytes: Uint8Array, position: number, end: number): number {
  if (position + 6 > end) return -1;
  const text = String.fromCharCode(...bytes.subarray(position, position + 6));
  return /^\\u[0-9a-fA-F]{4}$/u.test(text) ? Number.parseInt(text.slice(2), 16) : -1;
}
