import type { Consumer } from '../base/consumer.ts';
import { copyTogether, totalBytes } from '../base/copies.ts';

type Wants = Pick<Consumer<unknown>, 'keepsBytes' | 'copyOnDeliver'>;

/**
 * The data as a consumer wants it (rule M4). Shared bytes go to it as they are, unless it writes, or keeps them and they
 * are not one buffer at a multiple of 8.
 */
export function deliverable(data: readonly Uint8Array[], wants: Wants, isShared: boolean): readonly Uint8Array[] {
  if (wants.copyOnDeliver && isShared) return apart(data);
  if (wants.keepsBytes && !isOneAlignedBuffer(data)) return apart(data);
  return data;
}

// One new buffer for the whole chunk, and the same list of views of it.
function apart(data: readonly Uint8Array[]): readonly Uint8Array[] {
  const whole = copyTogether(data);
  let at = 0;
  return data.map((segment) => {
    at += segment.byteLength;
    return whole.subarray(at - segment.byteLength, at);
  });
}

function isOneAlignedBuffer(data: readonly Uint8Array[]): boolean {
  const [first] = data;
  if (!first) return true;
  let at = first.byteOffset;
  const isContiguous = data.every((segment) => {
    const follows = segment.buffer === first.buffer && segment.byteOffset === at;
    at += segment.byteLength;
    return follows;
  });
  return isContiguous && (first.byteOffset % 8 === 0 || totalBytes(data) === 0);
}
