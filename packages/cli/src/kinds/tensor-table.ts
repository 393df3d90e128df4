import type { CheckpointCatalogue } from '@towline/adapter-tensor/node';
import { printable } from '@towline/downloader-core/spi';
import { formatBytes } from '../progress/units.ts';
import type { Inspection } from './kind.ts';
import { aligned } from './table-text.ts';

/** The fields of `inspect --json` (rule J2): `offsets` as the header has them, sizes above 2^53 − 1 as text. */
export function tensorFields(catalogue: CheckpointCatalogue, bytes: number): Inspection['fields'] {
  const { files, tensors, others, layout } = catalogue;
  const isFolder = layout === 'folder';
  const listed = tensors.map(({ name, dtype, shape, begin, bytes: size, file }) => ({
    name,
    dtype,
    shape: shape.map((dimension) => (typeof dimension === 'bigint' ? String(dimension) : dimension)),
    offsets: [begin, begin + size],
    ...(isFolder ? { file: files[file]?.path } : {}),
  }));
  const counts = isFolder ? { files: files.length + others.length } : {};
  return { kind: 'tensors', bytes, ...counts, tensors: listed, metadata: Object.fromEntries(metadataOf(catalogue)) };
}

/** A table for people: one line for each tensor, then the metadata. */
export function tensorLines(catalogue: CheckpointCatalogue): string[] {
  const { tensors, files, others, layout } = catalogue;
  const counts = layout === 'folder' ? [`shards ${files.length}, other files ${others.length}`] : [];
  const rows = tensors.map(({ name, dtype, shape, bytes }) => [
    printable(name, 200),
    dtype,
    `[${shape.join(', ')}]`,
    bytes < 1_024 ? `${bytes} B` : formatBytes(bytes),
  ]);
  const metadata = metadataOf(catalogue).map(([key, value]) => `  ${printable(key)}: ${printable(value, 200)}`);
  return [
    ...counts,
    `tensors ${tensors.length}`,
    ...aligned(rows).map((line) => `  ${line}`),
    ...(metadata.length === 0 ? [] : ['metadata', ...metadata]),
  ];
}

function metadataOf({ files }: CheckpointCatalogue): [string, string][] {
  const metadata = new Map<string, string>();
  for (const { header } of files) {
    for (const [key, value] of header.metadata) if (!metadata.has(key)) metadata.set(key, value);
  }
  return [...metadata];
}
