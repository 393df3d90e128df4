import { ArrowFormatError } from '../errors.ts';
import type { ArrowField, ArrowType } from '../schema/model.ts';

/** What a buffer of an array holds. */
export type BufferRole =
  /** One bit a slot; may be empty when nothing is null. */
  | 'validity'
  /** One bit a slot. */
  | 'bits'
  /** `slotBytes` a slot. */
  | 'slots'
  /** One more offset than slots, of `offsetBytes`. */
  | 'offsets'
  /** One offset, or one size, a slot, of `offsetBytes`. */
  | 'viewOffsets'
  | 'viewSizes'
  /** The bytes that offsets point into. */
  | 'bytes'
  /** One type id a slot, a byte each. */
  | 'typeIds'
  /** One offset into a child for each slot, of 4 bytes. */
  | 'unionOffsets'
  /** 16 bytes a slot, pointing into any of the variadic buffers that follow. */
  | 'views';

/** How the array of one field is laid out in a record batch. */
export interface ArrayLayout {
  /** In their order; the variadic ones come after them. */
  readonly buffers: readonly BufferRole[];
  /** Whether a count of further buffers stands in the batch’s `variadicBufferCounts`. */
  readonly variadic: boolean;
  /** Bytes of a slot; 0 when the layout has no buffer of role `slots`. */
  readonly slotBytes: number;
  /** Bytes of an offset; 0 when the layout has none. */
  readonly offsetBytes: 0 | 4 | 8;
}

/** Metadata versions that this package reads. */
export type LayoutVersion = 4 | 5;

const layout = (buffers: readonly BufferRole[], sizes: Partial<ArrayLayout> = {}): ArrayLayout => ({
  buffers,
  variadic: false,
  slotBytes: 0,
  offsetBytes: 0,
  ...sizes,
});

const none = layout([]);
const validityOnly = layout(['validity']);
const bits = layout(['validity', 'bits']);
const views = layout(['validity', 'views'], { variadic: true });
const binary = { small: binaryLayout(4), large: binaryLayout(8) };
const lists = { small: listLayout(4), large: listLayout(8) };
const listViews = { small: listViewLayout(4), large: listViewLayout(8) };

/**
 * The layout of a field’s own array, without its children; of a dictionary-encoded field, of its indices. Source:
 * “Buffer Listing for Each Layout” of the Arrow columnar format. Throws `unknown_layout`.
 * @param version - Of the metadata: before 5, unions have a validity bitmap.
 */
export function arrayLayout(
  field: Pick<ArrowField, 'type' | 'dictionary'>,
  version: LayoutVersion,
  path: string,
): ArrayLayout {
  const { type, dictionary } = field;
  return typeLayout(dictionary === undefined ? type : dictionary.indexType, version, path);
}

/** The children whose arrays are in the same batch: none of a dictionary-encoded field, as its values are elsewhere. */
export function arrayChildren(field: ArrowField): readonly ArrowField[] {
  return field.dictionary === undefined ? field.children : [];
}

function typeLayout(type: ArrowType, version: LayoutVersion, path: string): ArrayLayout {
  switch (type.kind) {
    case 'null':
    case 'runEndEncoded':
      return none;
    case 'bool':
      return bits;
    case 'struct':
    case 'fixedSizeList':
      return validityOnly;
    case 'binary':
    case 'utf8':
      return binary.small;
    case 'largeBinary':
    case 'largeUtf8':
      return binary.large;
    case 'binaryView':
    case 'utf8View':
      return views;
    case 'list':
    case 'map':
      return lists.small;
    case 'largeList':
      return lists.large;
    case 'listView':
      return listViews.small;
    case 'largeListView':
      return listViews.large;
    case 'union':
      return unionLayout(type.mode, version);
    case 'unknown':
      throw new ArrowFormatError('unknown_layout', `Type ${type.typeId} is not known`, { path });
    default:
      return layout(['validity', 'slots'], { slotBytes: slotBytes(type) });
  }
}

/** Types whose values have the same number of bytes each. */
type FixedType = Extract<
  ArrowType,
  { kind: 'int' | 'float' | 'decimal' | 'date' | 'time' | 'timestamp' | 'duration' | 'interval' | 'fixedSizeBinary' }
>;

function slotBytes(type: FixedType): number {
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'decimal':
    case 'time':
      return type.bitWidth / 8;
    case 'date':
      return type.unit === 'day' ? 4 : 8;
    case 'timestamp':
    case 'duration':
      return 8;
    case 'interval':
      return { yearMonth: 4, dayTime: 8, monthDayNano: 16 }[type.unit];
    case 'fixedSizeBinary':
      return type.byteWidth;
  }
}

function binaryLayout(offsetBytes: 4 | 8): ArrayLayout {
  return layout(['validity', 'offsets', 'bytes'], { offsetBytes });
}

function listLayout(offsetBytes: 4 | 8): ArrayLayout {
  return layout(['validity', 'offsets'], { offsetBytes });
}

function listViewLayout(offsetBytes: 4 | 8): ArrayLayout {
  return layout(['validity', 'viewOffsets', 'viewSizes'], { offsetBytes });
}

function unionLayout(mode: 'sparse' | 'dense', version: LayoutVersion): ArrayLayout {
  const validity: readonly BufferRole[] = version < 5 ? ['validity'] : [];
  return layout(mode === 'dense' ? [...validity, 'typeIds', 'unionOffsets'] : [...validity, 'typeIds']);
}
