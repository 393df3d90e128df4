import { type Output, damaged } from './output.ts';

const minMatchBytes = 4;
const longLength = 15;

/**
 * Decodes one compressed block onto `output`. Source: “LZ4 Block Format Description”.
 * @param historyStart - The first byte of the output that the block may refer to.
 */
export function decodeLz4Block(block: Uint8Array, output: Output, historyStart: number): void {
  let at = 0;
  while (at < block.length) {
    const token = block[at++] as number;
    const literals = readLength(block, at, token >> 4);
    at = literals.end;
    if (literals.length > block.length - at) damaged('ends within its literals');
    output.append(block, at, literals.length);
    at += literals.length;
    // The last sequence has no match.
    if (at === block.length) return;
    if (at + 2 > block.length) damaged('ends within a match');
    const distance = (block[at] as number) | ((block[at + 1] as number) << 8);
    const match = readLength(block, at + 2, token & 15);
    at = match.end;
    output.repeat(distance, match.length + minMatchBytes, historyStart);
  }
  damaged('ends without a last sequence');
}

/** A length of 15 goes on in bytes that are added up, to the first that is not 255. */
function readLength(block: Uint8Array, start: number, short: number): { length: number; end: number } {
  let at = start;
  let length = short;
  if (short === longLength) {
    let byte: number | undefined;
    do {
      byte = block[at++];
      if (byte === undefined) damaged('ends within a length');
      length += byte;
    } while (byte === 255);
  }
  return { length, end: at };
}
