import {
  type Description,
  type Field,
  flag,
  mapOf,
  reasonOf,
  text,
  type Totals,
  valueOf,
  whole,
} from '@towline/downloader-core/spi';
import { diskError } from '@towline/file-io';
import { wrongKind } from './errors.ts';

/** What a receiver learns about a file before its bytes: the description of kind `file`. */
export interface FileDescription {
  /** Chosen by the peer: not a safe name yet. */
  readonly name: string;
  readonly totalBytes: number;
  readonly executable: boolean;
  /** Modification time in milliseconds since 1970, with a fraction. */
  readonly mtimeMs: number;
}

/** A time in milliseconds since 1970, of those that a JavaScript Date can hold. */
export const time: Field<number> = valueOf(
  (value) => typeof value === 'number' && value >= -8.64e15 && value <= 8.64e15,
  'is not a time in milliseconds since 1970',
);

type Attributes = Pick<FileDescription, 'executable' | 'mtimeMs'>;
type Described = Pick<FileDescription, 'name' | 'totalBytes'> & { readonly fields: Attributes };

const schema = mapOf<Described>({
  name: text(),
  totalBytes: whole(0),
  fields: mapOf<Attributes>({ executable: flag, mtimeMs: time }),
});

/** A file's description as core carries it. */
export function describeFile({ name, totalBytes, executable, mtimeMs }: FileDescription): Description {
  return { kind: 'file', name, ...totalsOf({ totalBytes }), fields: { executable, mtimeMs } };
}

/** A file is one item, which ends with its last byte: an empty one has no chunk in which it could end. */
export function totalsOf({ totalBytes }: Pick<FileDescription, 'totalBytes'>): Totals {
  return { totalBytes, totalItems: totalBytes === 0 ? 0 : 1 };
}

/** Reads a description of a peer. Throws `wrong_kind` or `bad_manifest`. */
export function readFileDescription(description: Description): FileDescription {
  expectKind(description, 'file');
  try {
    const { name, totalBytes, fields } = schema.parse(description);
    return { name, totalBytes, ...fields };
  } catch (thrown) {
    throw diskError('bad_manifest', `The file’s description is malformed: ${reasonOf(thrown)}`, thrown);
  }
}

/** Throws `wrong_kind` unless the object is of the kind. */
export function expectKind({ kind }: Description, expected: 'file' | 'folder'): void {
  if (kind !== expected) throw wrongKind(`The object is no ${expected} but ${reasonOf(kind ?? 'of no kind')}`);
}
