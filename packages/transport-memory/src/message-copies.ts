import { copyTogether, type OutgoingMessage, type Random } from '@towline/downloader-core/spi';

export function bodyBytesOf(message: OutgoingMessage): number {
  return message.body.reduce((bytes, segment) => bytes + segment.byteLength, 0);
}

/** A message with memory of its own. */
export function copyMessage({ header, body }: OutgoingMessage): OutgoingMessage {
  return { header: header.slice(), body: body.map((segment) => copyTogether([segment])) };
}

/** The message with its bodies really taken away from the sender, as between workers: whole ArrayBuffers are detached. */
export function detachBody({ header, body }: OutgoingMessage): OutgoingMessage {
  const buffers = new Set(body.map((segment) => segment.buffer as ArrayBuffer));
  return { header, body: structuredClone([...body], { transfer: [...buffers] }) };
}

/** The message with one bit flipped, in a copy of the segment that holds byte `at` of the body (default: a random one). */
export function corruptBody(message: OutgoingMessage, random: Random, at?: number): OutgoingMessage {
  const bodyBytes = bodyBytesOf(message);
  if (bodyBytes === 0) return message;
  let offset = Math.min(at ?? Math.floor(random.fraction() * bodyBytes), bodyBytes - 1);
  const body = message.body.map((segment) => {
    const isHere = offset >= 0 && offset < segment.byteLength;
    const copy = isHere ? flipBit(segment, offset) : segment;
    offset -= segment.byteLength;
    return copy;
  });
  return { header: message.header, body };
}

function flipBit(segment: Uint8Array, offset: number): Uint8Array {
  const copy = copyTogether([segment]);
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return copy;
}
