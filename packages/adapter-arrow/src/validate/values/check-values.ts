import { type BoundArray, bufferOf } from '../batch/bind-batch.ts';
import { ArrowFormatError } from '../errors.ts';
import type { ByteRange } from '../framing/pieces.ts';
import type { BufferRole } from '../layout/array-layout.ts';
import type { ArrowField, ArrowType, DictionaryEncoding } from '../schema/model.ts';
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
    const validity = checkedValidity(array, body);
    if (hasRules(array.plan.field)) new ArrayValues(array, body, validity).check(dictionaryLength);
    if (array.children.length > 0) checkValues(array.children, body, dictionaryLength);
  }
}

/** The bitmap, when anything is null. The library trusts the declared count, so it has to be the real one. */
function checkedValidity(array: BoundArray, body: Uint8Array): Validity {
  const { length, nullCount } = array;
  const range = bufferOf(array, 'validity');
  if (length === 0 || range.length === 0) return undefined;
  const bitmap = slice(body, range);
  const nulls = length - countSetBits(bitmap, length);
  if (nulls === nullCount) return nulls === 0 ? undefined : bitmap;
  const message = `${nullCount} nulls are declared, ${nulls} are in the bitmap`;
  throw new ArrowFormatError('bad_null_count', message, { path: array.plan.path });
}

/** Types of which every sequence of bits of the right length is a value. */
const free: ReadonlySet<ArrowType['kind']> = new Set([
  'null',
  'bool',
  'int',
  'float',
  'decimal',
  'date',
  'time',
  'timestamp',
  'duration',
  'interval',
  'fixedSizeBinary',
  'fixedSizeList',
  'struct',
]);

function hasRules({ type, dictionary }: ArrowField): boolean {
  return dictionary !== undefined || !free.has(type.kind);
}

class ArrayValues {
  readonly #array: BoundArray;
  readonly #body: Uint8Array;
  readonly #validity: Validity;
  readonly #path: string;

  constructor(array: BoundArray, body: Uint8Array, validity: Validity) {
    this.#array = array;
    this.#body = body;
    this.#validity = validity;
    this.#path = array.plan.path;
  }

  check(dictionaryLength: DictionaryLength): void {
    const { type, dictionary } = this.#array.plan.field;
    if (dictionary === undefined) this.#checkType(type);
    else this.#checkDictionary(dictionary, dictionaryLength);
  }

  #checkType(type: ArrowType): void {
    switch (type.kind) {
      case 'binary':
      case 'largeBinary':
        this.#checkedOffsets(this.#bytes('bytes').length);
        return;
      case 'utf8':
      case 'largeUtf8':
        this.#checkTexts();
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
        this.#checkViews(type.kind === 'utf8View');
        return;
      case 'union':
        this.#checkUnion(type.mode, type.typeIds);
        return;
      case 'runEndEncoded':
        this.#checkRunEnds();
        return;
      default:
      // Every sequence of bits of the right length is a value.
    }
  }

  #checkTexts(): void {
    const bytes = this.#bytes('bytes');
    checkTexts(bytes, this.#checkedOffsets(bytes.length), this.#array.length, this.#validity, this.#path);
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

  #checkViews(text: boolean): void {
    const buffers = this.#array.variadic.map((range) => this.#slice(range));
    checkViews({
      slots: this.#array.length,
      views: this.#bytes('views'),
      buffers,
      text,
      validity: this.#validity,
      path: this.#path,
    });
  }

  #checkUnion(mode: 'sparse' | 'dense', declaredIds: readonly number[]): void {
    const union = {
      slots: this.#array.length,
      typeIds: this.#bytes('typeIds'),
      declaredIds,
      validity: this.#validity,
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

  #checkDictionary({ id, indexType }: DictionaryEncoding, dictionaryLength: DictionaryLength): void {
    const { length, nullCount } = this.#array;
    const values = dictionaryLength(id);
    // Where nothing refers to it, a dictionary may come later (“IPC Streaming Format”, Arrow columnar format).
    if (values === undefined && nullCount < length) {
      throw new ArrowFormatError('missing_dictionary', `Dictionary ${id} has not come`, { path: this.#path });
    }
    checkIndices(this.#bytes('slots'), indexType, length, values ?? 0, this.#validity, this.#path);
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

  #slice(range: ByteRange): Uint8Array {
    return slice(this.#body, range);
  }
}

function slice(body: Uint8Array, { offset, length }: ByteRange): Uint8Array {
  return body.subarray(offset, offset + length);
}
