import { copyTogether, type Description, equalBytes, loadHasher, reasonOf } from '@towline/downloader-core/spi';
import { z } from 'zod';
import { asTensorError, tensorError } from '../errors.ts';
import { parseHeader } from '../safetensors/index.ts';
import { type Catalogue, type CatalogueFile, tensorsOf } from './catalogue.ts';
import { totalsOf, wholePlan } from './plan.ts';

/** What a transaction's refs call this kind of object. */
export const tensorsKind = 'tensors';

/** The largest header that the format allows with its length field: both consumers take descriptions as large. */
export const maxDescriptionBytes: number = 100_000_008;

const path = z.string().min(1).max(4_096);
const count = z.int().min(0);

const schema = z.object({
  name: z.string().min(1),
  totalBytes: count,
  totalItems: count,
  fields: z.object({
    v: z.literal(1),
    layout: z.enum(['file', 'folder']),
    selection: z.boolean(),
    files: z.array(z.object({ path, headerBytes: z.int().min(8), dataBytes: count })),
    others: z.array(z.object({ path, bytes: count, executable: z.boolean() })),
    links: z.array(z.object({ path, target: z.string() })),
    folders: z.array(path),
    index: path.optional(),
    headerDigest: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength === 8),
  }),
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** A catalogue as core carries it: a few counts, and the headers' own bytes as the body. */
export async function describeCatalogue(catalogue: Catalogue): Promise<Description> {
  const { layout, name, selection, files, others, folders, links, indexPath } = catalogue;
  const headers = files.map(({ headerBytes }) => headerBytes);
  const headerDigest = (await loadHasher()).checksum(headers);
  const listed = files.map(({ path: file, header, headerBytes }) => ({
    path: file,
    headerBytes: headerBytes.byteLength,
    dataBytes: header.dataBytes,
  }));
  const index = indexPath === undefined ? {} : { index: indexPath };
  return {
    kind: tensorsKind,
    name,
    ...totalsOf(wholePlan(catalogue)),
    fields: { v: 1, layout, selection, files: listed, others, folders, links, ...index, headerDigest },
    body: joined(headers),
  };
}

/** Reads a description of a peer: shape, headers and sums. Names are not judged. Throws `wrong_kind`, `bad_description`. */
export async function readCatalogue(description: Description): Promise<Catalogue> {
  if (description.kind !== tensorsKind)
    throw tensorError('wrong_kind', `The object holds no tensors but is ${reasonOf(description.kind ?? 'of no kind')}`);
  const parsed = schema.safeParse({ ...description, body: description.body ?? new Uint8Array(0) });
  if (!parsed.success) throw malformed(reasonOf(parsed.error));
  const { name, totalBytes, totalItems, fields, body } = parsed.data;
  if (!equalBytes((await loadHasher()).checksum([body]), fields.headerDigest))
    throw malformed('the digest of its headers');
  const files = readFiles(fields.files, body);
  const { layout, selection, others, folders, links, index: indexPath } = fields;
  if (layout === 'file' && (files.length !== 1 || others.length + folders.length + links.length > 0))
    throw malformed('a file that is not one');
  if (indexPath !== undefined && others.at(-1)?.path !== indexPath) throw malformed('an index that does not come last');
  const lists = { files, others, folders, links, tensors: tensorsOf(files) };
  const catalogue = { layout, name, selection, indexPath, ...lists };
  checkNames(catalogue);
  const totals = totalsOf(wholePlan(catalogue));
  if (totals.totalBytes !== totalBytes || totals.totalItems !== totalItems)
    throw malformed('totals that do not add up');
  return catalogue;
}

interface ListedFile {
  readonly path: string;
  readonly headerBytes: number;
  readonly dataBytes: number;
}

function readFiles(listed: readonly ListedFile[], body: Uint8Array): CatalogueFile[] {
  let at = 0;
  const files = listed.map(({ path: file, headerBytes: length, dataBytes }) => {
    const headerBytes = body.subarray(at, (at += length));
    if (headerBytes.byteLength < length) throw malformed('headers that are not there');
    return { path: file, headerBytes, header: readHeader(headerBytes, dataBytes) };
  });
  if (at !== body.byteLength) throw malformed('bytes behind the headers');
  return files;
}

function readHeader(headerBytes: Uint8Array, dataBytes: number): CatalogueFile['header'] {
  try {
    const header = parseHeader(headerBytes, { fileBytes: headerBytes.byteLength + dataBytes });
    if (header.dataStart !== headerBytes.byteLength) throw malformed('a header of another length');
    return header;
  } catch (thrown) {
    throw asTensorError(thrown, 'bad_description');
  }
}

function checkNames({ tensors, files, others }: Catalogue): void {
  if (new Set(tensors.map(({ name }) => name)).size < tensors.length) throw malformed('a tensor in two files');
  const paths = [...files, ...others].map(({ path: file }) => file);
  if (new Set(paths).size < paths.length) throw malformed('a file twice');
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : copyTogether(parts);
}

function malformed(problem: string): Error {
  return tensorError('bad_description', `The owner’s description of tensors is malformed: ${problem}`);
}
