import { type BoundArray, bufferOf } from '../batch/bind-batch.ts';
import { ArrowFormatError } from '../errors.ts';
import type { ByteRange } from '../framing/pieces.ts';
import type { BufferRole } from '../layout/array-layout.ts';
import type { ArrowType, DictionaryEncoding } from '../schema/model.ts';
import { type Validity, countSetBits } from './bitmap.ts';
import { checkIndices } from './indices.ts';
import { checkListViews } from './list-views.ts';
import { checkOffsets } from './offsets.ts';
import { checkRunEnds } from './run-ends.ts';
import { checkTypeIds, checkUnionOffsets } from './unions.ts';
import { checkTexts } from './utf8.ts';
import { checkViews } from './views.ts';

/** How many values a dictionary has now; `undefined` when none has come. */
export type DictionaryLength = (id: bigint) => number | undefined;

/**
 * Checks every value of arrays whose buffers have the right lengths, children included. Little-endian only.
 * Throws `bad_null_count`, `bad_offset`, `bad_utf8`, `bad_dictionary_index`, `missing_dictionary`, `bad_union`,
 * `bad_view` and `bad_run_end`, with the path of the field.
 * @param body - Uncompressed, and at an address that is a multiple of 8: otherwise each buffer of words is copied.
 */
export function checkValues(arrays: readonly BoundArray[], body: Uint8Array, dictionaryLength: DictionaryLength): void {
  for (const array of arrays) {
    new ArrayValues(array, body).check(dictionaryLength);
    checkValues(array.children, body, dictionaryLength);
  }
}

class ArrayValues {
  readonly #array: BoundArray;
  readonly #body: Uint8Array;
  readonly #path: string;

  constructor(array: BoundArray, body: Uint8Array) {
    this.#array = array;
    this.#body = body;
    this.#path = array.plan.path;
  }

  check(dictionaryLength: DictionaryLength): void {
    const validity = this.#checkedValidity();
    const { type, dictionary } = this.#array.plan.field;
    if (dictionary === undefined) this.#checkType(type, validity);
    else this.#checkDictionary(dictionary, validity, dictionaryLength);
  }

  /** The bitmap, when anything is null. The library trusts the declared count, so it has to be the real one. */
  #checkedValidity(): Validity {
    const { length, nullCount, plan } = this.#array;
    const bitmap = this.#bytes('validity');
    if (!plan.layout.buffers.includes('validity') || length === 0 || bitmap.length === 0) return undefined;
    const nulls = length - countSetBits(bitmap, length);
    if (nulls === nullCount) return nulls === 0 ? undefined : bitmap;
    const message = `${nullCount} nulls are declared, ${nulls} are in the bitmap`;
    throw new ArrowFormatError('bad_null_count', message, { path: this.#path });
  }

  #checkType(type: ArrowType, validity: Validity): void {
    switch (type.kind) {
      case 'binary':
      case 'largeBinary':
        this.#checkedOffsets(this.#bytes('bytes').length);
        return;
      case 'utf8':
      case 'largeUtf8':
        this.#checkTexts(validity);
        return;
      case 'list':
      case 'largeList':
      case 'map':
        this.#checkedOffsets(this.#childLength(0));
        return;
      case 'listView':
      case 'largeListView':
        this.#checkListViews();
        return;
      case 'binaryView':
      case 'utf8View':
        this.#checkViews(type.kind === 'utf8View', validity);
        return;
      case 'union':
        this.#checkUnion(type.mode, type.typeIds, validity);
        return;
      case 'runEndEncoded':
        this.#checkRunEnds();
        return;
      default:
      // Every sequence of bits of the right length is a value.
    }
  }

  #checkTexts(validity: Validity): void {
    const bytes = this.#bytes('bytes');
    checkTexts(bytes, this.#checkedOffsets(bytes.length), this.#array.length, validity, this.#path);
  }

  #checkedOffsets(limit: number): ReturnType<typeof checkOffsets> {
    const offsetBytes = this.#offsetBytes();
    return checkOffsets(this.#bytes('offsets'), offsetBytes, this.#array.length, limit, this.#path);
  }

  #checkListViews(): void {
    checkListViews({
      slots: this.#array.length,
      offsetBytes: this.#offsetBytes(),
      offsets: this.#bytes('viewOffsets'),
      sizes: this.#bytes('viewSizes'),
      childLength: this.#childLength(0),
      path: this.#path,
    });
  }

  #checkViews(text: boolean, validity: Validity): void {
    const buffers = this.#array.variadic.map((range) => this.#slice(range));
    checkViews({ slots: this.#array.length, views: this.#bytes('views'), buffers, text, validity, path: this.#path });
  }

  #checkUnion(mode: 'sparse' | 'dense', declaredIds: readonly number[], validity: Validity): void {
    const union = {
      slots: this.#array.length,
      typeIds: this.#bytes('typeIds'),
      declaredIds,
      validity,
      path: this.#path,
    };
    checkTypeIds(union);
    const childLengths = this.#array.children.map((child) => child.length);
    if (mode === 'dense') checkUnionOffsets(union, this.#bytes('unionOffsets'), childLengths);
  }

  #checkRunEnds(): void {
    const [runEnds] = this.#array.children;
    if (runEnds?.plan.field.type.kind !== 'int') return;
    const bytes = this.#slice(bufferOf(runEnds, 'slots'));
    checkRunEnds(bytes, runEnds.plan.field.type.bitWidth, runEnds.length, this.#array.length, this.#path);
  }

  #checkDictionary(
    { id, indexType }: DictionaryEncoding,
    validity: Validity,
    dictionaryLength: DictionaryLength,
  ): void {
    const { length, nullCount } = this.#array;
    const values = dictionaryLength(id);
    // Where nothing refers to it, a dictionary may come later (“IPC Streaming Format”, Arrow columnar format).
    if (values === undefined && nullCount < length) {
      throw new ArrowFormatError('missing_dictionary', `Dictionary ${id} has not come`, { path: this.#path });
    }
    checkIndices(this.#bytes('slots'), indexType, length, values ?? 0, validity, this.#path);
  }

  #offsetBytes(): 4 | 8 {
    return this.#array.plan.layout.offsetBytes === 8 ? 8 : 4;
  }

  #childLength(index: number): number {
    return this.#array.children[index]?.length ?? 0;
  }

  #bytes(role: BufferRole): Uint8Array {
    return this.#slice(bufferOf(this.#array, role));
  }

  #slice({ offset, length }: ByteRange): Uint8Array {
    return this.#body.subarray(offset, offset + length);
  }
}
