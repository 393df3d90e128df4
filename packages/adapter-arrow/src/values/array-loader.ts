import { Data, DataType, type Dictionary, makeData, Vector } from 'apache-arrow';
import type { BoundArray, BufferRole, ByteRange, FieldPlan } from '../validate/index.ts';

/** Values of dictionaries that came, by id. */
export type Dictionaries = Map<number, Vector>;

/** An array type of the platform, by which the library reads a buffer. */
interface WordsConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView;
}

/** A buffer of an array, as the library's constructor takes it. */
interface BufferLoader {
  readonly slot: number;
  readonly Words: WordsConstructor;
}

// Of the buffers that the constructor of `Data` takes (`BufferType` of the library).
const slot = { offsets: 0, values: 1, validity: 2, typeIds: 3 } as const;

const slotOfRole: Partial<Record<BufferRole, number>> = {
  validity: slot.validity,
  bits: slot.values,
  slots: slot.values,
  bytes: slot.values,
  views: slot.values,
  offsets: slot.offsets,
  unionOffsets: slot.offsets,
  typeIds: slot.typeIds,
};

const noBits = new Uint8Array(0);
// Shared by all arrays that have none: the library never adds to them.
const noArrays: Data[] = [];
const noBuffers: Uint8Array[] = [];

/**
 * Makes the library's arrays of one field. What depends on the field alone is found once; `makeData`, which the library has for
 * arrays of anything, finds it for each array, and makes views of views.
 */
export class ArrayLoader {
  readonly #type: DataType;
  readonly #isNull: boolean;
  readonly #dictionary: Dictionary | undefined;
  readonly #buffers: readonly BufferLoader[];
  readonly #children: readonly ArrayLoader[];

  constructor({ layout, children }: FieldPlan, type: DataType) {
    this.#type = type;
    this.#isNull = DataType.isNull(type);
    this.#dictionary = DataType.isDictionary(type) ? type : undefined;
    this.#buffers = layout.buffers.map((role) => bufferLoader(role, layout.offsetBytes, type));
    this.#children = children.map((child, place) => new ArrayLoader(child, type.children[place]?.type as DataType));
  }

  /** The array, over `body`, whose address is a multiple of 8. */
  load(array: BoundArray, body: Uint8Array, dictionaries: Dictionaries): Data {
    const { length, variadic } = array;
    const nullCount = this.#isNull ? length : array.nullCount;
    const children =
      this.#children.length === 0 ? noArrays : loadAll(this.#children, array.children, body, dictionaries);
    const dictionary = this.#dictionary && dictionaryOf(this.#dictionary, dictionaries);
    const more = variadic.length === 0 ? noBuffers : variadic.map((range) => viewOf(Uint8Array, range, body));
    return new Data(this.#type, 0, length, nullCount, this.#load(array, body), children, dictionary, more);
  }

  #load({ buffers, nullCount }: BoundArray, body: Uint8Array): object {
    const loaded: (ArrayBufferView | undefined)[] = [undefined, undefined, undefined, undefined];
    for (let place = 0; place < buffers.length; place++) {
      const buffer = this.#buffers[place] as BufferLoader;
      // A bitmap may be there and say nothing.
      const isEmpty = buffer.slot === slot.validity && nullCount === 0;
      loaded[buffer.slot] = isEmpty ? noBits : viewOf(buffer.Words, buffers[place] as ByteRange, body);
    }
    return loaded;
  }
}

/** Arrays of fields side by side. */
export function loadAll(
  loaders: readonly ArrayLoader[],
  arrays: readonly BoundArray[],
  body: Uint8Array,
  dictionaries: Dictionaries,
): Data[] {
  return loaders.map((loader, place) => loader.load(arrays[place] as BoundArray, body, dictionaries));
}

function bufferLoader(role: BufferRole, offsetBytes: number, type: DataType): BufferLoader {
  const of = slotOfRole[role] as number;
  if (of === slot.validity) return { slot: of, Words: Uint8Array };
  if (of === slot.offsets) return { slot: of, Words: offsetBytes === 8 ? BigInt64Array : Int32Array };
  const { ArrayType } = DataType.isDictionary(type) ? type.indices : type;
  return { slot: of, Words: ArrayType };
}

/** A buffer where it lies. One without bytes may be said to lie anywhere. */
function viewOf<T extends ArrayBufferView>(
  Words: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, byteOffset: number, length: number): T },
  { offset, length }: ByteRange,
  body: Uint8Array,
): T {
  const start = length === 0 ? 0 : body.byteOffset + offset;
  return new Words(body.buffer, start, Math.floor(length / Words.BYTES_PER_ELEMENT));
}

/** A dictionary may be missing where nothing refers to it. */
function dictionaryOf({ id, dictionary }: Dictionary, known: Dictionaries): Vector {
  return known.get(id) ?? new Vector([makeData({ type: dictionary } as never)]);
}
