import {
  bytes,
  type Description,
  flag,
  mapOf,
  oneOf,
  optional,
  reasonOf,
  text,
  whole,
} from '@towline/downloader-core/spi';
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

type Fields = { readonly v: 1 } & Pick<ArrowDescription, 'container' | 'selection' | 'bytes' | 'batches' | 'rows'>;
type Described = { readonly name: string; readonly fields: Fields; readonly body?: Uint8Array | undefined };

const count = optional(whole(0));
const schema = mapOf<Described>({
  name: text(1),
  fields: mapOf<Fields>({
    v: oneOf(1),
    container: oneOf('file', 'stream'),
    selection: flag,
    bytes: count,
    batches: count,
    rows: count,
  }),
  body: optional(bytes()),
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
  const { name, fields, body } = described(description);
  const { container, selection, batches, rows } = fields;
  return { name, container, selection, bytes: fields.bytes, batches, rows, schemaBytes: body };
}

function described(description: Description): Described {
  try {
    return schema.parse(description);
  } catch (thrown) {
    throw arrowError('bad_description', `The owner’s description of Arrow data is malformed: ${reasonOf(thrown)}`);
  }
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
