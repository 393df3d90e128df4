import { invalidOption } from '@towline/downloader-core/spi';
import type { ReadonlyStateDict } from '../safetensors/index.ts';
import { quotedName } from './quoted-name.ts';
import { sameType } from './same-type.ts';
import type { ArrivingTensor } from './sink.ts';

interface Range {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** Memory that the receiver has already: that of the tensors of a dict. Each place in it is one tensor's alone. */
export class GivenMemory {
  readonly #tensors: ReadonlyStateDict['tensors'];

  /** Throws `invalid_argument` where two tensors share bytes: they would overwrite each other. */
  constructor({ tensors }: ReadonlyStateDict) {
    if (!(tensors instanceof Map)) invalidOption('into', 'is no state dict');
    for (const ranges of rangesByBuffer(tensors).values()) checkApart(ranges);
    this.#tensors = tensors;
  }

  /** The memory of the tensor of the same name, dtype and shape, or nothing. */
  of(arriving: ArrivingTensor): Uint8Array | undefined {
    const given = this.#tensors.get(arriving.name);
    return given && sameType(given, arriving) && given.data.byteLength === arriving.bytes ? given.data : undefined;
  }
}

function rangesByBuffer(tensors: ReadonlyStateDict['tensors']): Map<ArrayBufferLike, Range[]> {
  const ranges = new Map<ArrayBufferLike, Range[]>();
  for (const [name, { data }] of tensors) {
    if (data.byteLength === 0) continue;
    const ofBuffer = ranges.get(data.buffer) ?? [];
    ofBuffer.push({ name, begin: data.byteOffset, end: data.byteOffset + data.byteLength });
    ranges.set(data.buffer, ofBuffer);
  }
  return ranges;
}

function checkApart(ranges: Range[]): void {
  ranges.sort((a, b) => a.begin - b.begin);
  for (const [index, { name, begin }] of ranges.entries()) {
    const before = ranges[index - 1];
    if (before && before.end > begin)
      invalidOption('into', `has ${quotedName(before.name)} and ${quotedName(name)} in the same memory`);
  }
}
