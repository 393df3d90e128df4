import { type Description, reasonOf, type Totals } from '@towline/downloader-core/spi';
import { diskError } from '@towline/file-io';
import { z } from 'zod';
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

const schema = z.object({
  name: z.string(),
  totalBytes: z.int().min(0),
  fields: z.object({
    executable: z.boolean(),
    // The range of times that a JavaScript Date can hold.
    mtimeMs: z.number().min(-8.64e15).max(8.64e15),
  }),
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
  const parsed = schema.safeParse(description);
  if (!parsed.success)
    throw diskError('bad_manifest', `The file’s description is malformed: ${reasonOf(parsed.error)}`);
  const { name, totalBytes, fields } = parsed.data;
  return { name, totalBytes, ...fields };
}

/** Throws `wrong_kind` unless the object is of the kind. */
export function expectKind({ kind }: Description, expected: 'file' | 'folder'): void {
  if (kind !== expected) throw wrongKind(`The object is no ${expected} but ${reasonOf(kind ?? 'of no kind')}`);
}
