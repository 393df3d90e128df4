import type { Catalogue } from './catalogue.ts';
import { type Digester, digestOf, loadDigester } from './digest.ts';
import { type DigestAlgorithm, digestBytes } from './request.ts';

/** Gives the bytes of a tensor, piece by piece. */
export type ReadTensor = (index: number, signal: AbortSignal) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The owner's digests: each is computed when it is first asked for, once, whoever asks and however many. */
export class DigestBook {
  readonly #tensors: Catalogue['tensors'];
  readonly #read: ReadTensor;
  readonly #known: Record<DigestAlgorithm, Map<number, Promise<Uint8Array>>> = { xxh64: new Map(), sha256: new Map() };
  readonly #closing = new AbortController();

  constructor({ tensors }: Pick<Catalogue, 'tensors'>, read: ReadTensor) {
    this.#tensors = tensors;
    this.#read = read;
  }

  /** The digests of these tensors, one after the other. Rejects with what reading throws, or the signal's reason. */
  async list(algorithm: DigestAlgorithm, selected: readonly number[], signal?: AbortSignal): Promise<Uint8Array> {
    const digester = await loadDigester(algorithm);
    const digests = new Uint8Array(selected.length * digestBytes);
    for (const [place, index] of selected.entries()) {
      signal?.throwIfAborted();
      digests.set(await this.#digest(algorithm, digester, index), place * digestBytes);
    }
    return digests;
  }

  /** Ends what runs. */
  close(): void {
    this.#closing.abort();
  }

  // Not ended with the pull that asked first: others wait for the same digest.
  #digest(algorithm: DigestAlgorithm, digester: Digester, index: number): Promise<Uint8Array> {
    const known = this.#known[algorithm];
    const asked = known.get(index);
    const type = this.#tensors[index];
    if (asked !== undefined || type === undefined) return asked ?? Promise.resolve(new Uint8Array(digestBytes));
    const { signal } = this.#closing;
    const computing = digestOf(digester, type, this.#read(index, signal), signal);
    known.set(index, computing);
    computing.catch(() => known.delete(index));
    return computing;
  }
}
