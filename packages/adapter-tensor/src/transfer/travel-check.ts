import { DownloadError, equalBytes } from '@towline/downloader-core/spi';
import type { Catalogue } from './catalogue.ts';
import type { Digester, TensorDigest } from './digest.ts';
import { digestAt } from './plan.ts';
import { quotedName } from './quoted-name.ts';
import type { Part } from './sink.ts';

/** Holds what travelled against the owner's list of digests. Tensors come one after the other. */
export class TravelCheck {
  readonly #catalogue: Catalogue;
  readonly #digester: Digester;
  readonly #digests: ReadonlyMap<number, Uint8Array>;
  #running: { readonly source: number; readonly digest: TensorDigest } | undefined;

  constructor(catalogue: Catalogue, digester: Digester, selected: readonly number[], list: Uint8Array) {
    this.#catalogue = catalogue;
    this.#digester = digester;
    this.#digests = new Map(selected.map((index, place) => [index, digestAt(list, place)]));
  }

  /** Takes bytes in; throws `integrity` at the end of a tensor that is not what the owner's list says. */
  add({ source, offset, data }: Part): void {
    const tensor = this.#catalogue.tensors[source];
    if (tensor === undefined) return;
    if (this.#running?.source !== source) this.#running = { source, digest: this.#digester(tensor) };
    const { digest } = this.#running;
    digest.update(data);
    if (offset + data.byteLength < tensor.bytes) return;
    this.#running = undefined;
    if (!equalBytes(digest.finish(), this.#digests.get(source) ?? new Uint8Array(0)))
      throw new DownloadError('integrity', `The tensor ${quotedName(tensor.name)} is not what its owner’s digest says`);
  }
}
