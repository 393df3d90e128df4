import type { OutgoingMessage } from '../base/transport.ts';
import { totalBytes } from '../base/copies.ts';
import { writeHeader } from './header.ts';
import type { BodyMessage, BodyPart } from './messages.ts';
import { sliceOf } from './slices.ts';

/** A message without the fields that cutting adds. */
export type Uncut = BodyMessage extends infer M ? (M extends BodyMessage ? Omit<M, 'body'> : never) : never;

// The numbers of a part grow by a few bytes from the first to the last; so much is kept free for them.
const partNumberBytes = 32;

/**
 * A message and its body as what the transport carries: one message where it fits into `maxMessageBytes`, else several,
 * each with the whole header (rule W4). Segments are referred to, never copied; `message` is written to.
 */
export function cutMessage(
  message: Uncut,
  segments: readonly Uint8Array[],
  checksum: Uint8Array,
  maxMessageBytes: number,
): OutgoingMessage[] {
  const lengths = segments.map((segment) => segment.byteLength);
  // A message of which the body changes, not a copy for each: of small objects that would be a good part of the work.
  const cut: Uncut & { body?: BodyPart } = message;
  const header = (part: number, parts: number, at: number): Uint8Array => {
    cut.body = { lengths, checksum, part, parts, at };
    return writeHeader(cut as BodyMessage);
  };
  const whole = header(0, 1, 0);
  const size = totalBytes(segments);
  if (whole.byteLength + size <= maxMessageBytes) return [{ header: whole, body: segments }];

  const room = maxMessageBytes - whole.byteLength - partNumberBytes;
  const parts = Math.ceil(size / room);
  return Array.from({ length: parts }, (_, part) => {
    const at = part * room;
    return { header: header(part, parts, at), body: sliceOf(segments, at, Math.min(at + room, size)) };
  });
}
