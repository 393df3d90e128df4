import type { Header, TensorType } from '../safetensors/index.ts';

/** A safetensors file of a checkpoint: the exact bytes before its data, and what they say. */
export interface CatalogueFile {
  /** The path within the object, `/` between names; a peer's is not safe yet. */
  readonly path: string;
  /** Length field, text and padding: the file's first bytes. */
  readonly headerBytes: Uint8Array;
  /** What these bytes say. */
  readonly header: Header;
}

/** Another file of the folder, which travels as it is. */
export interface OtherFile {
  /** The path within the object, `/` between names. */
  readonly path: string;
  /** The file's size. */
  readonly bytes: number;
  /** Whether anybody may execute it. */
  readonly executable: boolean;
}

/** A symbolic link of the folder. */
export interface CatalogueLink {
  /** The path within the object, `/` between names. */
  readonly path: string;
  /** What the link says: relative to the folder that it is in. */
  readonly target: string;
}

/** A tensor and where it lies. */
export interface CatalogueTensor extends TensorType {
  /** The full name, as the file has it. */
  readonly name: string;
  /** Which of the files holds it. */
  readonly file: number;
  /** From the start of that file's data. */
  readonly begin: number;
  /** What dtype and shape need. */
  readonly bytes: number;
}

/** What an object is made of: known to both sides before any tensor's bytes. */
export interface Catalogue {
  /** `file`: one safetensors file, or a dict in memory. `folder`: files in a folder, with or without an index. */
  readonly layout: 'file' | 'folder';
  /** How people call it. */
  readonly name: string;
  /** Whether parts of it may be asked for. */
  readonly selection: boolean;
  /** The safetensors files. A tensor names its own by the place in this list. */
  readonly files: readonly CatalogueFile[];
  /** With the index, which comes last. */
  readonly others: readonly OtherFile[];
  /** The index among the others. */
  readonly indexPath: string | undefined;
  /** Folders below it, each behind the one that it is in. */
  readonly folders: readonly string[];
  /** Symbolic links that stay inside of the folder. */
  readonly links: readonly CatalogueLink[];
  /** In the order of files and data: the order in which everything counts. */
  readonly tensors: readonly CatalogueTensor[];
}

/** The tensors of files, in the order of files and data. */
export function tensorsOf(files: readonly CatalogueFile[]): CatalogueTensor[] {
  const tensors: CatalogueTensor[] = [];
  for (const [file, { header }] of files.entries()) {
    for (const [name, { dtype, shape, begin, end }] of header.tensors) {
      tensors.push({ name, dtype, shape, file, begin, bytes: end - begin });
    }
  }
  return tensors;
}

/** The sum of what the sources have: tensors first, then other files. */
export function sourceBytes({ tensors, others }: Catalogue, source: number): number {
  return (source < tensors.length ? tensors[source] : others[source - tensors.length])?.bytes ?? 0;
}
