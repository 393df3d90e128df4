import type { Consumer, Description, Downloadable } from '@towline/downloader-core/spi';
import type { SymlinkPolicy } from '../arguments/share-options.ts';
import type { Digest } from '../arguments/pull-options.ts';
import type { IndexEntry } from '../index-ref/entry.ts';

/** A source that is open and can be added to a transaction. */
export interface OpenSource {
  readonly kind: string;
  /** How receivers see it. */
  readonly name: string;
  readonly bytes: number;
  readonly object: Downloadable;
}

/** How sources are opened. */
export interface OpenOptions {
  readonly symlinks: SymlinkPolicy;
}

/** How objects are taken in. */
export interface ReceiveOptions {
  readonly directory: string;
  readonly overwrite: boolean;
  /** Patterns of `--only`; absent: everything. */
  readonly only?: readonly string[];
  readonly digest?: Digest;
  /** The path of an older copy, for kinds that can use one. */
  readonly base?: string;
}

/** What an object has become here. */
export interface Received {
  /** Absolute. */
  readonly path: string;
  /** False when nothing of it was wanted, and nothing was written. */
  readonly written: boolean;
  readonly bytes: number;
  readonly files?: number;
  readonly sha256?: string;
}

/** What a file is, as `inspect` says it: for people and for `--json`. */
export interface Inspection {
  /** Fields of the one JSON object, `kind` and `bytes` first. */
  readonly fields: { readonly kind: string; readonly bytes: number } & Readonly<Record<string, unknown>>;
  /** Lines for people, after kind and size. */
  readonly lines: readonly string[];
}

/** One kind of thing that can be shared: a row of the table that further adapters plug into. */
export interface ObjectKind {
  /** What the index calls it. */
  readonly kind: string;
  /** Opens a source; throws what makes it impossible before anybody is told of it. */
  open(path: string, options: OpenOptions): Promise<OpenSource>;
  /** A consumer that makes the object under the entry's name. */
  receive(entry: IndexEntry, options: ReceiveOptions): Consumer<Received>;
  /** Whether `--only` leaves anything of it, as far as the index tells. */
  selects(entry: IndexEntry, only: readonly string[]): boolean | 'ask';
  /** The same for `ask`, by the object's description. Malformed ones count as selected: the consumer refuses them. */
  selectsDescribed(description: Description, only: readonly string[]): boolean | Promise<boolean>;
  /** Says what a path is; `validate` reads all of it. Throws what is wrong with it. */
  inspect(path: string, validate: boolean): Promise<Inspection>;
}
