import { type Description, reasonOf } from '@towline/downloader-core/spi';
import { z } from 'zod';
import { arrowError, asArrowError } from '../errors.ts';
import { readSchemaMessage, type SchemaMessage } from '../validate/index.ts';
import { trailerBytes } from './trailer.ts';

/** What a transaction's refs call this kind of object. */
export const arrowKind = 'arrow';

/** As large as a schema may be: the limit of this package's readers for metadata. */
export const maxDescriptionBytes: number = 64 * 2 ** 20;

/** What a receiver learns about Arrow data before its bytes. */
export interface ArrowDescription {
  /** Chosen by the peer: not a safe name yet. */
  readonly name: string;
  /** How the owner's bytes are laid out. */
  readonly container: 'file' | 'stream';
  /** Whether parts may be asked for. */
  readonly selection: boolean;
  /** Absent of a source that is still running. */
  readonly bytes: number | undefined;
  /** How many record batches. Absent of a source that is still running. */
  readonly batches: number | undefined;
  /** Absent of a source that is still running, and where a batch has a count that cannot be read. */
  readonly rows: number | undefined;
  /** The metadata of a schema message; absent where the owner cannot write it. */
  readonly schemaBytes: Uint8Array | undefined;
}

const count = z.int().min(0).optional();
const shape = z.object({
  name: z.string().min(1),
  fields: z.object({
    v: z.literal(1),
    container: z.enum(['file', 'stream']),
    selection: z.boolean(),
    bytes: count,
    batches: count,
    rows: count,
  }),
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array).optional(),
});

/** A description as core carries it: a few counts, and the schema as its body. */
export function describeArrow({ name, schemaBytes, ...fields }: ArrowDescription): Description {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    kind: arrowKind,
    name,
    ...(fields.bytes === undefined ? {} : { totalBytes: fields.bytes + trailerBytes }),
    fields: { v: 1, ...Object.fromEntries(known) },
    ...(schemaBytes === undefined ? {} : { body: schemaBytes }),
  };
}

/** Reads a description of a peer. Its name is not judged, and its schema not yet read. Throws `wrong_kind`, `bad_description`. */
export function readDescription(description: Description): ArrowDescription {
  if (description.kind !== arrowKind)
    throw arrowError(
      'wrong_kind',
      `The object holds no Arrow data but is ${reasonOf(description.kind ?? 'of no kind')}`,
    );
  const parsed = shape.safeParse(description);
  if (!parsed.success)
    throw arrowError(
      'bad_description',
      `The owner’s description of Arrow data is malformed: ${reasonOf(parsed.error)}`,
    );
  const { name, fields, body } = parsed.data;
  const { container, selection, bytes, batches, rows } = fields;
  return { name, container, selection, bytes, batches, rows, schemaBytes: body };
}

/** The schema of a description. Throws `not_as_values` when there is none that can be read here, `bad_description`. */
export function schemaOf({ schemaBytes }: ArrowDescription): SchemaMessage {
  if (schemaBytes === undefined)
    throw arrowError('not_as_values', 'The owner’s schema has something newer than its program. Take it as bytes.');
  try {
    return readSchemaMessage(schemaBytes);
  } catch (thrown) {
    throw asArrowError(thrown, 'bad_description', 'The owner’s schema');
  }
}
