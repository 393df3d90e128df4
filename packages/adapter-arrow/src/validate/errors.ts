/** What each code of an {@link ArrowFormatError} says. Codes are promised; messages are not. */
export const arrowFormatErrorCodes = {
  // Framing
  truncated: 'The bytes end in the middle of something, or before a schema came.',
  bad_framing: 'The bytes are not a sequence of encapsulated messages.',
  bad_magic: 'The file does not begin and end with the magic of the IPC file format.',
  bad_footer: 'The footer of the file does not fit the file, or cannot be read.',
  bad_block: 'A block of the footer lies outside of the file, overlaps another, or is a message of another kind.',
  // Metadata
  bad_flatbuffer: 'The metadata of a message is not a well-formed flatbuffer.',
  too_deep: 'The metadata is nested more deeply than the limit.',
  too_complex: 'The metadata refers to the same bytes so often that reading it would take out of proportion.',
  bad_schema: 'The schema contradicts itself, or a type has a parameter that the format does not know.',
  schema_changed: 'Another schema came after the first, or the file’s two schemas differ.',
  unknown_layout: 'A field has a type that this version does not know, so its buffers cannot be told apart.',
  unexpected_message: 'A message of this kind, or with this dictionary id, has no place here.',
  missing_dictionary: 'A column or a delta refers to a dictionary that has not come.',
  // Batches
  too_large: 'Something is larger than the limit set for it.',
  too_many_rows: 'A batch claims more rows than its buffers can hold, beyond the limit for such claims.',
  bad_batch: 'Row count, nodes and buffers of a batch do not fit each other or the schema.',
  bad_buffer: 'A buffer lies outside of the body, is unaligned, or is too short for its values.',
  bad_compression: 'A compressed buffer is damaged, or its declared length is not its real one.',
  unsupported_codec: 'The batch is compressed in a way that no given decoder knows.',
  // Values
  bad_null_count: 'The validity bitmap holds another number of nulls than the batch declares.',
  bad_offset: 'Offsets or sizes decrease, are negative, or point outside of their values.',
  bad_utf8: 'Text is not valid UTF-8.',
  bad_dictionary_index: 'An index is outside of its dictionary.',
  bad_union: 'A union has a type id that it does not declare, or an offset outside of its child.',
  bad_view: 'A view points outside of its buffers, or contradicts them.',
  bad_run_end: 'Run ends do not increase, or end before the last row.',
  // Not a fault of the bytes
  not_as_values: 'The data is sound, but cannot become values here without a loss. Take it as bytes.',
} as const;

/** A code of {@link arrowFormatErrorCodes}. */
export type ArrowFormatErrorCode = keyof typeof arrowFormatErrorCodes;

/** Where an {@link ArrowFormatError} was found; each is optional. */
export interface ArrowFormatErrorDetails {
  /** The field, from the top: `orders.list.price`. */
  readonly path?: string | undefined;
  /** Bytes from the start of what was examined: a stream, a file, or a single message’s metadata. */
  readonly offset?: number | undefined;
  /** What was thrown below; becomes the error's `cause`. */
  readonly cause?: unknown;
}

/** Thrown when bytes break the Arrow IPC format, or a limit. Act on `code`; the message is for people. */
export class ArrowFormatError extends Error {
  /** `ArrowFormatError`, also where `instanceof` does not see it. */
  override readonly name: string = 'ArrowFormatError';
  /** What is wrong: a key of {@link arrowFormatErrorCodes}, which says what it means. */
  readonly code: ArrowFormatErrorCode;
  /** The field that it was found in, from the top: `orders.list.price`; `undefined` outside of fields. */
  readonly path: string | undefined;
  /** In bytes from the start of what was examined; `undefined` where it has no place. */
  readonly offset: number | undefined;

  /** Puts the path and the offset into the message. */
  constructor(code: ArrowFormatErrorCode, message: string, details: ArrowFormatErrorDetails = {}) {
    super(located(message, details), 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.path = details.path;
    this.offset = details.offset;
  }
}

function located(message: string, { path, offset }: ArrowFormatErrorDetails): string {
  const places = [path === undefined ? '' : `field ${path}`, offset === undefined ? '' : `byte ${offset}`];
  const where = places.filter((place) => place !== '').join(', ');
  return where === '' ? message : `${message} (${where})`;
}
