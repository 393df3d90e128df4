import {
  bytes,
  copyTogether,
  type Description,
  equalBytes,
  flag,
  listOf,
  loadHasher,
  mapOf,
  oneOf,
  optional,
  reasonOf,
  text,
  whole,
} from '@towline/downloader-core/spi';
import { asTensorError, tensorError } from '../errors.ts';
import { parseHeader } from '../safetensors/index.ts';
import { type Catalogue, type CatalogueFile, type CatalogueLink, type OtherFile, tensorsOf } from './catalogue.ts';
import { totalsOf, wholePlan } from './plan.ts';

/** What a transaction's refs call this kind of object. */
export const tensorsKind = 'tensors';

/** The largest header that the format allows with its length field: both consumers take descriptions as large. */
export const maxDescriptionBytes: number = 100_000_008;

interface ListedFile {
  readonly path: string;
  readonly headerBytes: number;
  readonly dataBytes: number;
}

interface Fields extends Pick<Catalogue, 'layout' | 'selection' | 'others' | 'links' | 'folders'> {
  readonly v: 1;
  readonly files: readonly ListedFile[];
  readonly index?: string | undefined;
  readonly headerDigest: Uint8Array;
}

type Described = Required<Pick<Description, 'name' | 'totalBytes' | 'totalItems' | 'body'>> & {
  readonly fields: Fields;
};

const path = text(1, 4_096);
const count = whole(0);

const schema = mapOf<Described>({
  name: text(1),
  totalBytes: count,
  totalItems: count,
  fields: mapOf<Fields>({
    v: oneOf(1),
    layout: oneOf('file', 'folder'),
    selection: flag,
    files: listOf(mapOf<ListedFile>({ path, headerBytes: whole(8), dataBytes: count })),
    others: listOf(mapOf<OtherFile>({ path, bytes: count, executable: flag })),
    links: listOf(mapOf<CatalogueLink>({ path, target: text() })),
    folders: listOf(path),
    index: optional(path),
    headerDigest: bytes(8),
  }),
  body: bytes(),
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
  const { name, totalBytes, totalItems, fields, body } = described(description);
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

function described(description: Description): Described {
  try {
    return schema.parse({ ...description, body: description.body ?? new Uint8Array(0) });
  } catch (thrown) {
    throw malformed(reasonOf(thrown));
  }
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
