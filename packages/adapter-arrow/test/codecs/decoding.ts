import type { BufferCodec } from '@towline/adapter-arrow/codecs';
import { verdictOf } from '../support/expect-format-error.ts';

/** What a decoder makes of `input` when `bytes` are declared. */
export function decode(codec: BufferCodec, input: Uint8Array, bytes: number): Uint8Array {
  const output = new Uint8Array(bytes);
  codec.decode(input, output);
  return output;
}

/** Whether a decoder takes `input` for `bytes` bytes, or the code of its error. It may never write beside its output. */
export function judgeDecoding(codec: BufferCodec, input: Uint8Array, bytes: number): string {
  const guarded = new Uint8Array(bytes + 128).fill(0xee);
  const verdict = verdictOf(() => codec.decode(input, guarded.subarray(64, 64 + bytes)));
  const beside = [...guarded.subarray(0, 64), ...guarded.subarray(64 + bytes)];
  if (beside.some((byte) => byte !== 0xee)) throw new Error('The decoder wrote beside its output');
  return verdict;
}
