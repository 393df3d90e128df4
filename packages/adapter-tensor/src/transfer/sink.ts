import type { MaybePromise } from '@towline/downloader-core/spi';
import type { TensorType } from '../safetensors/index.ts';
import type { Catalogue } from './catalogue.ts';

/** A tensor that will arrive. */
export interface ArrivingTensor extends TensorType {
  /** The full name, as the owner has it. */
  readonly name: string;
  /** Of its rows, where rows were asked for. */
  readonly bytes: number;
}

/** What a download will bring, known before its first byte. */
export interface Delivery {
  /** All that the owner has, wanted or not. */
  readonly catalogue: Catalogue;
  /** By their places in the catalogue, rising. */
  readonly tensors: ReadonlyMap<number, ArrivingTensor>;
  /** The sources of other files that travel. */
  readonly others: readonly number[];
  /** Only a part was asked for: files get a header of their own. */
  readonly narrowed: boolean;
  /** Of all tensors and other files. */
  readonly totalBytes: number;
}

/** Bytes that arrived. They end when the writing settles. */
export interface Part {
  /** A tensor or other file, by its place: see {@link Piece}. */
  readonly source: number;
  /** From the start of the source, or of its rows. */
  readonly offset: number;
  /** In the order of the source. The receiver's to read until the writing settles. */
  readonly data: Uint8Array;
}

/** Where tensors go. `R`: what it all becomes. */
export interface TensorSink<R> {
  /** Whether the other files of a folder are wanted. */
  readonly takesOthers: boolean;
  /** Sees what is there, before anything is chosen or compared, and says whether it can be taken. Throws typed errors. */
  prepare(catalogue: Catalogue): Promise<void>;
  /** Sees what comes, checks limits and room, and makes ready. Throws typed errors. */
  begin(delivery: Delivery): Promise<void>;
  /** Parts follow each other in their source, but several sources may take turns. */
  write(parts: readonly Part[]): MaybePromise<void>;
  /** Everything was written. */
  finish(): Promise<R>;
  /** Nothing was wanted, which was allowed. */
  nothing(catalogue: Catalogue): R;
  /** Removes what was made. */
  abandon(): Promise<void>;
}
