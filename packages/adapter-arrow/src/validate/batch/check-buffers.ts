import { ArrowFormatError } from '../errors.ts';
import type { ByteRange } from '../framing/pieces.ts';
import type { ArrayLayout, BufferRole } from '../layout/array-layout.ts';
import type { BoundArray } from './bind-batch.ts';

/**
 * Checks that buffers lie in a body, aligned, and are together no larger than it. Were they allowed to overlap, a small
 * body could pass for a thousand columns, each of which has to be examined.
 * Throws `bad_buffer`.
 */
export function checkPlacement(buffers: readonly ByteRange[], bodyBytes: number): void {
  let totalBytes = 0;
  for (let index = 0; index < buffers.length; index++) {
    const { offset, length } = buffers[index] as ByteRange;
    const outside = offset < 0 || length < 0 || offset + length > bodyBytes;
    if (outside) misplaced(index, `at ${offset} with ${length} bytes is outside of a body of ${bodyBytes}`);
    if (length > 0 && offset % 8 !== 0) misplaced(index, `at ${offset} is not aligned to 8 bytes`);
    totalBytes += length;
    if (totalBytes > bodyBytes) misplaced(index, 'overlaps others');
  }
}

/** Checks that the buffers of an array, and its children, are as long as its slots need. Throws `bad_buffer`, `bad_batch`. */
export function checkArray(array: BoundArray): void {
  const { plan, buffers, children } = array;
  const roles = plan.layout.buffers;
  for (let place = 0; place < roles.length; place++)
    checkLength(array, roles[place] as BufferRole, buffers[place]?.length ?? 0);
  if (children.length === 0) return;
  checkChildLengths(array);
  for (const child of children) checkArray(child);
}

function checkLength({ plan, length, nullCount }: BoundArray, role: BufferRole, bufferBytes: number): void {
  const optional = role === 'validity' && nullCount === 0 && bufferBytes === 0;
  const needed = length === 0 || optional ? 0 : neededBytes(role, plan.layout, length);
  if (bufferBytes >= needed) return;
  const message = `A buffer (${role}) of ${bufferBytes} bytes is too short: ${length} slots need ${needed}`;
  throw new ArrowFormatError('bad_buffer', message, { path: plan.path });
}

function neededBytes(role: BufferRole, layout: ArrayLayout, length: number): number {
  switch (role) {
    case 'validity':
    case 'bits':
      return Math.ceil(length / 8);
    case 'slots':
      return length * layout.slotBytes;
    case 'offsets':
      return (length + 1) * layout.offsetBytes;
    case 'viewOffsets':
    case 'viewSizes':
      return length * layout.offsetBytes;
    case 'typeIds':
      return length;
    case 'unionOffsets':
      return length * 4;
    case 'views':
      return length * 16;
    case 'bytes':
      // Only the offsets know.
      return 0;
  }
}

function checkChildLengths({ plan, length, nullCount, children }: BoundArray): void {
  const { type, dictionary } = plan.field;
  if (dictionary !== undefined) return;
  const [first, second] = children;
  if (type.kind === 'struct' || (type.kind === 'union' && type.mode === 'sparse')) {
    for (const child of children)
      need(child.length === length, child, `has ${child.length} slots, its parent ${length}`);
  } else if (type.kind === 'fixedSizeList' && first !== undefined) {
    const wanted = length * type.listSize;
    need(first.length >= wanted, first, `has ${first.length} slots, its parent’s lists ${wanted}`);
  } else if (type.kind === 'runEndEncoded' && first !== undefined && second !== undefined) {
    need(first.nullCount === 0, first, 'has nulls among its run ends');
    need(second.length >= first.length, second, `has ${second.length} values for ${first.length} runs`);
    need(nullCount === 0, { plan }, 'declares nulls, which only its values can have');
  }
}

function need(fulfilled: boolean, { plan }: Pick<BoundArray, 'plan'>, problem: string): void {
  if (!fulfilled) throw new ArrowFormatError('bad_batch', `The array ${problem}`, { path: plan.path });
}

function misplaced(index: number, problem: string): never {
  throw new ArrowFormatError('bad_buffer', `Buffer ${index} ${problem}`);
}
