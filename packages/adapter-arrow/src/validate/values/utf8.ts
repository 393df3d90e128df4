import { ArrowFormatError } from '../errors.ts';
import { type Validity, isNull } from './bitmap.ts';
import type { CheckedOffsets } from './offsets.ts';

const wordsWorthwhile = 24;

/** Whether a byte continues a character, so that no text can begin at it. */
export const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Position of the first byte that is not ASCII in [start, end), or `end`. Looks at 16 bytes at a time. */
export function skipAscii(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes.byteOffset + at) % 4 !== 0) {
    if ((bytes[at] as number) > 0x7f) return at;
    at++;
  }
  at += 4 * skipAsciiWords(bytes, at, Math.floor((end - at) / 4));
  while (at < end && (bytes[at] as number) <= 0x7f) at++;
  return at;
}

function skipAsciiWords(bytes: Uint8Array, start: number, count: number): number {
  if (count <= 0) return 0;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
  let index = 0;
  for (const end = count - 3; index < end; index += 4) {
    const four =
      (words[index] as number) |
      (words[index + 1] as number) |
      (words[index + 2] as number) |
      (words[index + 3] as number);
    if ((four & 0x8080_8080) !== 0) return index;
  }
  return index;
}

/**
 * Length of the well-formed character at `at`, or 0 when there is none before `end`. Source: table 3-7 (“Well-Formed
 * UTF-8 Byte Sequences”) of the Unicode Standard: no overlong forms, no surrogates, nothing over U+10FFFF.
 */
export function characterLength(bytes: Uint8Array, at: number, end: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return at + 2 <= end && isContinuation(bytes[at + 1]) ? 2 : 0;
  const second = bytes[at + 1] as number;
  if (first < 0xf0) return at + 3 <= end && secondOfThree(first, second) && isContinuation(bytes[at + 2]) ? 3 : 0;
  const tail = at + 4 <= end && isContinuation(bytes[at + 2]) && isContinuation(bytes[at + 3]);
  return tail && secondOfFour(first, second) ? 4 : 0;
}

function secondOfThree(first: number, second: number): boolean {
  const low = first === 0xe0 ? 0xa0 : 0x80;
  const high = first === 0xed ? 0x9f : 0xbf;
  return second >= low && second <= high;
}

function secondOfFour(first: number, second: number): boolean {
  const low = first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

/** Fewer bytes are looked at here as soon as somebody else could be called. */
const leastForPlatform = 512;

/** The platform's own way to look at bytes, many times as quick as any code here: Node has one, a browser only one that makes strings. */
const isUtf8ToPlatform: ((bytes: Uint8Array) => boolean) | undefined = (
  globalThis as { process?: Partial<typeof globalThis.process> }
).process?.getBuiltinModule?.('node:buffer').isUtf8;

/** Whether [start, end) is valid UTF-8. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  if (isUtf8ToPlatform === undefined || end - start < leastForPlatform) return isUtf8ByCharacters(bytes, start, end);
  return isUtf8ToPlatform(bytes.subarray(start, end));
}

/** The same, character by character: for platforms without a way of their own, and for few bytes. */
export function isUtf8ByCharacters(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  let asciiRun = 0;
  while (at < end) {
    const length = (bytes[at] as number) < 0x80 ? 1 : characterLength(bytes, at, end);
    if (length === 0) return false;
    at += length;
    asciiRun = length === 1 ? asciiRun + 1 : 0;
    // Words pay for themselves only where ASCII goes on; in text of other scripts it comes a few letters at a time.
    if (asciiRun === wordsWorthwhile) {
      at = skipAscii(bytes, at, end);
      asciiRun = 0;
    }
  }
  return true;
}

/**
 * Checks that every text that is not null is valid UTF-8. All bytes are looked at as one text first: when they are
 * valid, and no text begins inside of a character, each is. Only when that fails is each looked at, as null slots may
 * hold anything. Texts do not overlap, so both ways are linear. Throws `bad_utf8` with the slot.
 */
export function checkTexts(
  bytes: Uint8Array,
  offsets: CheckedOffsets,
  slots: number,
  validity: Validity,
  path: string,
): void {
  const { low, stride, first, last } = offsets;
  if (isUtf8(bytes, first, last) && !beginsInside(bytes, offsets, slots)) return;
  for (let slot = 0; slot < slots; slot++) {
    const start = low[slot * stride] as number;
    const end = low[(slot + 1) * stride] as number;
    if (!isNull(validity, slot) && !isUtf8(bytes, start, end)) {
      throw new ArrowFormatError('bad_utf8', `Text ${slot} is not valid UTF-8`, { path });
    }
  }
}

function beginsInside(bytes: Uint8Array, { low, stride, last }: CheckedOffsets, slots: number): boolean {
  for (let slot = 0; slot < slots; slot++) {
    const start = low[slot * stride] as number;
    if (start < last && isContinuation(bytes[start])) return true;
  }
  return false;
}
