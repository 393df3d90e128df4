import type { ProduceContext } from '@towline/downloader-core/spi';
import { checkSource, type FilePiece, FilesReader, forEachAtOnce, Pace, type SourceFile } from '@towline/file-io';
import type { Catalogue } from '../transfer/catalogue.ts';
import type { Piece } from '../transfer/plan.ts';
import type { SourceChunk, TensorSource } from '../transfer/source.ts';
import type { OpenedCheckpoint } from './open-checkpoint.ts';

/** The tensors and other files of a checkpoint on disk, read where they lie; nothing of them is held. */
export class CheckpointSource implements TensorSource {
  readonly catalogue: Catalogue;
  readonly #sources: readonly SourceFile[];
  readonly #reader: FilesReader;
  readonly #pace = new Pace();
  readonly #sliceBytes: number;

  constructor({ catalogue, sources }: OpenedCheckpoint, chunkBytes: number) {
    this.catalogue = catalogue;
    this.#sources = sources;
    this.#sliceBytes = chunkBytes;
    this.#reader = new FilesReader(new Map(sources.entries()), chunkBytes);
  }

  async read(pieces: readonly Piece[], { signal }: Pick<ProduceContext, 'signal'>): Promise<SourceChunk> {
    const { data, ...rest } = await this.#reader.read(filePieces(this.catalogue, pieces), bytesOf(pieces), signal);
    return { ...rest, data: [data] };
  }

  async *readTensor(index: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const size = this.catalogue.tensors[index]?.bytes ?? 0;
    for (let begin = 0; begin < size; begin += this.#sliceBytes) {
      const piece = { source: index, begin, bytes: Math.min(this.#sliceBytes, size - begin), at: 0 };
      const chunk = await this.#reader.read(filePieces(this.catalogue, [piece]), piece.bytes, signal);
      try {
        yield chunk.data;
      } finally {
        chunk.recycle();
      }
    }
  }

  check(): Promise<void> {
    return forEachAtOnce(this.#sources, (source) => checkSource(source, this.#pace));
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

/** Where pieces lie in the files: neighbours are read at once. Files are called by their place, safetensors files first. */
export function filePieces(catalogue: Catalogue, pieces: readonly Piece[]): FilePiece[] {
  const found: FilePiece[] = [];
  for (const piece of pieces) {
    const next = filePiece(catalogue, piece);
    const last = found.at(-1);
    if (last?.entry !== next.entry || last.offset + last.length !== next.offset) found.push(next);
    else found[found.length - 1] = { ...last, length: last.length + next.length };
  }
  return found;
}

function filePiece({ tensors, files, others }: Catalogue, { source, begin, bytes }: Piece): FilePiece {
  const tensor = tensors[source];
  if (tensor !== undefined) {
    const start = files[tensor.file]?.headerBytes.byteLength ?? 0;
    return { entry: tensor.file, offset: start + tensor.begin + begin, length: bytes, last: false };
  }
  const other = source - tensors.length;
  return { entry: files.length + other, offset: begin, length: bytes, last: bytes === others[other]?.bytes };
}

function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}
