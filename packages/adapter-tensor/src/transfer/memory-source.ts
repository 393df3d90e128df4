import { encodeStateDict, type ReadonlyStateDict } from '../safetensors/index.ts';
import { type Catalogue, tensorsOf } from './catalogue.ts';
import { slices } from './digest.ts';
import { DigestBook } from './digest-book.ts';
import type { Piece } from './plan.ts';
import type { SourceChunk, TensorSource } from './source.ts';
import { sourceChanged } from './tensors-downloadable.ts';
import { equalBytes, type MaybePromise } from '@towline/downloader-core/spi';

/** The tensors of a dict in memory, laid out as its canonical file would be. Chunks are views: nothing is copied. */
export class MemorySource implements TensorSource {
  readonly catalogue: Catalogue;
  readonly #data: readonly Uint8Array[];
  #digestAtAdd: Uint8Array | undefined;

  /** Throws what `encodeStateDict` does. */
  constructor(dict: ReadonlyStateDict, name: string, selection: boolean) {
    const { bytes: headerBytes, header } = encodeStateDict(dict);
    const files = [{ path: name, headerBytes, header }];
    const tensors = tensorsOf(files);
    const parts = { files, others: [], folders: [], links: [], indexPath: undefined, tensors };
    this.catalogue = { layout: 'file', name, selection, ...parts };
    this.#data = tensors.map((tensor) => dict.tensors.get(tensor.name)?.data ?? new Uint8Array(0));
  }

  read(pieces: readonly Piece[]): SourceChunk {
    return { data: pieces.map(({ source, begin, bytes }) => this.#tensor(source).subarray(begin, begin + bytes)) };
  }

  readTensor(index: number): Iterable<Uint8Array> {
    return slices(this.#tensor(index));
  }

  /** Remembers what the tensors are now, so that {@link check} sees a write. */
  async watch(): Promise<void> {
    this.#digestAtAdd = await this.#digest();
  }

  check(): MaybePromise<void> {
    const before = this.#digestAtAdd;
    if (before === undefined) return;
    return this.#digest().then((now) => {
      if (!equalBytes(before, now)) throw sourceChanged('A tensor of the state dict was written to');
    });
  }

  async close(): Promise<void> {
    await this.check();
  }

  #digest(): Promise<Uint8Array> {
    const all = this.#data.map((_, index) => index);
    return new DigestBook(this.catalogue, (index) => this.readTensor(index)).list('xxh64', all);
  }

  #tensor(index: number): Uint8Array {
    return this.#data[index] as Uint8Array;
  }
}
