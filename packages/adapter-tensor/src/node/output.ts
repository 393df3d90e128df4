import {
  byPath,
  checkEntries,
  hostPlatform,
  type ManifestEntry,
  type TreeFile,
  type TreeParts,
} from '@towline/file-io';
import { encodeHeader, type TensorType } from '../safetensors/index.ts';
import type { Catalogue, CatalogueFile } from '../transfer/catalogue.ts';
import type { Delivery } from '../transfer/sink.ts';

/** A file that is to be written, and what of it is known beforehand: a header, or all of a new index. */
export interface OutputFile extends TreeFile {
  readonly head: Uint8Array;
}

/** Where the bytes of a source go. */
export interface Place {
  readonly file: number;
  readonly at: number;
}

/** What a delivery becomes on a disk: a pure function of it. */
export interface Output extends TreeParts {
  readonly files: readonly OutputFile[];
  /** By source: tensors by their place in the catalogue, behind them other files. */
  readonly places: ReadonlyMap<number, Place>;
  /** Of files and headers. */
  readonly totalBytes: number;
}

/** The name of the one file of a checkpoint that is no folder, until it gets its own. */
export const onlyFile = 'file';

/** Checks that everything can be made below one folder. Throws `unsafe_name`, `link_refused`, `bad_manifest`. */
export function checkPaths({ layout, files, others, folders, links }: Catalogue): void {
  if (layout === 'file') return;
  const seen = { executable: false, mtimeMs: 0, size: 0 };
  const entries: ManifestEntry[] = [
    ...folders.map((path) => ({ type: 'folder', path, mtimeMs: 0 }) as const),
    ...[...files, ...others].map(({ path }) => ({ type: 'file', path, ...seen }) as const),
    ...links.map(({ path, target }) => ({ type: 'link', path, target }) as const),
  ];
  checkEntries(entries.toSorted(byPath), hostPlatform);
}

/** Plans the files: those of a whole checkpoint byte for byte, those of a part with canonical headers. */
export function planOutput(delivery: Delivery): Output {
  const { catalogue, narrowed } = delivery;
  const files: OutputFile[] = [];
  const places = new Map<number, Place>();
  for (const [place, file] of catalogue.files.entries()) {
    const sources = sourcesIn(delivery, place);
    if (narrowed && sources.length === 0) continue;
    const { head, dataBytes, begins } = narrowed
      ? narrowedFile(delivery, file, sources)
      : wholeFile(delivery, file, sources);
    for (const [source, begin] of begins) places.set(source, { file: files.length, at: head.byteLength + begin });
    const path = catalogue.layout === 'file' ? onlyFile : file.path;
    files.push({ path, size: head.byteLength + dataBytes, executable: false, head });
  }
  for (const source of delivery.others) {
    const other = catalogue.others[source - catalogue.tensors.length];
    if (other === undefined) continue;
    places.set(source, { file: files.length, at: 0 });
    files.push({ path: other.path, size: other.bytes, executable: other.executable, head: nothing });
  }
  if (narrowed && catalogue.indexPath !== undefined) files.push(newIndex(delivery, catalogue.indexPath));
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  return { files, places, totalBytes, folders: catalogue.folders.map((path) => ({ path })), links: catalogue.links };
}

const nothing = new Uint8Array(0);

interface PlannedFile {
  readonly head: Uint8Array;
  readonly dataBytes: number;
  readonly begins: readonly (readonly [source: number, begin: number])[];
}

function wholeFile({ catalogue }: Delivery, file: CatalogueFile, sources: readonly number[]): PlannedFile {
  const begins = sources.map((source) => [source, catalogue.tensors[source]?.begin ?? 0] as const);
  return { head: file.headerBytes, dataBytes: file.header.dataBytes, begins };
}

function narrowedFile(delivery: Delivery, file: CatalogueFile, sources: readonly number[]): PlannedFile {
  const types = new Map<string, TensorType>();
  for (const source of sources) {
    const tensor = delivery.tensors.get(source);
    if (tensor !== undefined) types.set(tensor.name, tensor);
  }
  const { bytes, header } = encodeHeader(types, file.header.metadata);
  const begins = sources.map((source) => {
    const name = delivery.tensors.get(source)?.name ?? '';
    return [source, header.tensors.get(name)?.begin ?? 0] as const;
  });
  return { head: bytes, dataBytes: header.dataBytes, begins };
}

/** The form that the Hugging Face libraries write: the sum of the tensors' bytes, and the shard of each tensor by name. */
function newIndex({ catalogue, tensors }: Delivery, path: string): OutputFile {
  let totalSize = 0;
  const shards: (readonly [string, string])[] = [];
  for (const [source, { name, bytes }] of tensors) {
    totalSize += bytes;
    shards.push([name, catalogue.files[catalogue.tensors[source]?.file ?? 0]?.path ?? '']);
  }
  const sorted = shards.toSorted(([a], [b]) => (a < b ? -1 : 1));
  // As text, since an object would lose a tensor called __proto__.
  const lines = sorted.map((pair) => `    ${pair.map((text) => JSON.stringify(text)).join(': ')}`).join(',\n');
  const text = `{\n  "metadata": {\n    "total_size": ${totalSize}\n  },\n  "weight_map": {\n${lines}\n  }\n}\n`;
  const head = new TextEncoder().encode(text);
  return { path, size: head.byteLength, executable: false, head };
}

function sourcesIn({ catalogue, tensors }: Delivery, file: number): number[] {
  return [...tensors.keys()].filter((source) => catalogue.tensors[source]?.file === file);
}
