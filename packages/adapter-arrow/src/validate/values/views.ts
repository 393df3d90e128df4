import { ArrowFormatError } from '../errors.ts';
import { type Validity, isNull } from './bitmap.ts';
import { TextIndex } from './text-index.ts';
import { isUtf8 } from './utf8.ts';
import { int32s } from './words.ts';

/** An array of views into buffers. */
export interface ViewSlots {
  readonly slots: number;
  readonly views: Uint8Array;
  readonly buffers: readonly Uint8Array[];
  /** Whether the bytes have to be UTF-8. */
  readonly text: boolean;
  readonly validity: Validity;
  readonly path: string;
}

const viewBytes = 16;
const lengthBytes = 4;
const maxInlineBytes = 12;

/** A view: its length, then 12 bytes of its own, or the first 4, the number of a buffer and an offset into it. */
interface Views {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly buffers: readonly { readonly view: DataView; readonly texts: TextIndex | undefined }[];
  readonly text: boolean;
}

/**
 * Checks each view that is not null: a short one is padded with zeros, a long one lies within its buffer and repeats its
 * first four bytes; text is UTF-8. Throws `bad_view` and `bad_utf8` with the slot.
 */
export function checkViews({ slots, views, buffers, text, validity, path }: ViewSlots): void {
  const words = int32s(views, (viewBytes / 4) * slots);
  const checked: Views = {
    words,
    bytes: new Uint8Array(words.buffer, words.byteOffset, words.byteLength),
    buffers: buffers.map((bytes) => ({
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      texts: text ? new TextIndex(bytes) : undefined,
    })),
    text,
  };
  for (let slot = 0; slot < slots; slot++) {
    const problem = problemOf(checked, slot);
    if (problem !== undefined && !isNull(validity, slot)) {
      const code = problem === notText ? 'bad_utf8' : 'bad_view';
      throw new ArrowFormatError(code, `View ${slot} ${problem}`, { path });
    }
  }
}

const notText = 'is not valid UTF-8';

function problemOf(views: Views, slot: number): string | undefined {
  const length = views.words[4 * slot] as number;
  if (length < 0) return 'has a negative length';
  return length <= maxInlineBytes ? inlineProblem(views, slot, length) : longProblem(views, slot, length);
}

function inlineProblem({ words, bytes, text }: Views, slot: number, length: number): string | undefined {
  const start = viewBytes * slot + lengthBytes;
  for (let at = start + length; at < start + maxInlineBytes; at++) {
    if (bytes[at] !== 0) return 'is not padded with zeros';
  }
  if (!text) return undefined;
  const all = (words[4 * slot + 1] as number) | (words[4 * slot + 2] as number) | (words[4 * slot + 3] as number);
  const isAscii = (all & 0x8080_8080) === 0;
  return isAscii || isUtf8(bytes, start, start + length) ? undefined : notText;
}

function longProblem({ words, buffers }: Views, slot: number, length: number): string | undefined {
  const buffer = buffers[words[4 * slot + 2] as number];
  const offset = words[4 * slot + 3] as number;
  if (buffer === undefined) return 'points into a buffer that is not there';
  if (offset < 0 || offset + length > buffer.view.byteLength) return 'points outside of its buffer';
  if (buffer.view.getInt32(offset, true) !== words[4 * slot + 1]) return 'does not repeat its first bytes';
  return buffer.texts === undefined || buffer.texts.isText(offset, offset + length) ? undefined : notText;
}
