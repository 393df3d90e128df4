import { DownloadError, equalBytes, type MaybePromise, partOf, totalBytes } from '@towline/downloader-core/spi';
import { locateRows } from '../safetensors/index.ts';
import { copyFromBase } from './base-match.ts';
import type { BaseReader } from './base-reader.ts';
import { type Catalogue, sourceBytes } from './catalogue.ts';
import type { Digester } from './digest.ts';
import { digestAt, othersOf, type Plan, planDownload } from './plan.ts';
import { type CheckedRequest, digestBytes } from './request.ts';
import type { ArrivingTensor, Delivery, Part, TensorSink } from './sink.ts';
import { TravelCheck } from './travel-check.ts';

/** What an arrival works with. */
export interface ArrivalSetup<R> {
  readonly catalogue: Catalogue;
  readonly request: CheckedRequest;
  readonly sink: TensorSink<R>;
  readonly base: BaseReader | undefined;
  readonly digester: Digester;
}

/** A download on its way in: knows what every byte is, and holds the peer to it. */
export class Arrival<R> {
  readonly delivery: Delivery;
  readonly #setup: ArrivalSetup<R>;
  /** The owner's digests as they come; only where there is a base. */
  readonly #list: Uint8Array | undefined;
  #check: TravelCheck | undefined;
  /** Nothing until the owner's digests are here. */
  #plan: Plan | undefined;
  #nextPiece = 0;
  #at = 0;

  constructor(setup: ArrivalSetup<R>) {
    const { catalogue, request } = setup;
    this.#setup = setup;
    this.delivery = deliveryOf(catalogue, request);
    this.#list = request.base && new Uint8Array(request.selected.length * digestBytes);
    if (this.#list === undefined) this.#plan = planDownload(catalogue, request);
  }

  /** Begins; a list of no digests is here at once. */
  async begin(signal: AbortSignal): Promise<void> {
    if (this.#list?.byteLength === 0) await this.#listed(this.#list, signal);
  }

  /** Takes a chunk that leads to a place of the download. Throws `protocol`, `integrity`, `base_changed`, and what the sink does. */
  take(data: readonly Uint8Array[], to: number, signal: AbortSignal): MaybePromise<void> {
    const bytes = totalBytes(data);
    if (to !== this.#at + bytes) throw protocolError(`a chunk of ${bytes} bytes leads from ${this.#at} to ${to}`);
    if (this.#plan !== undefined) return this.#takeTensors(data, this.#plan);
    return this.#takeDigests(data, signal).then((rest) => this.#plan && this.#takeTensors(rest, this.#plan));
  }

  /** Throws `protocol` unless all has come. */
  async finish(): Promise<R> {
    const { totalBytes } = this.#plan ?? { totalBytes: undefined };
    if (this.#at !== totalBytes) throw protocolError(`they end after ${this.#at} of ${totalBytes ?? 'more'} bytes`);
    return this.#setup.sink.finish();
  }

  #takeTensors(data: readonly Uint8Array[], plan: Plan): MaybePromise<void> {
    const parts: Part[] = [];
    for (const view of data) this.#takeView(view, plan, parts);
    if (this.#check !== undefined) for (const part of parts) this.#check.add(part);
    return this.#setup.sink.write(parts);
  }

  #takeView(view: Uint8Array, { pieces }: Plan, parts: Part[]): void {
    const end = this.#at + view.byteLength;
    for (let rest = view; rest.byteLength > 0;) {
      const piece = pieces[this.#nextPiece];
      if (piece === undefined) throw protocolError('more bytes than were announced');
      const { skipped, bytes } = partOf(piece, this.#at, end);
      parts.push({ source: piece.source, offset: skipped, data: rest.subarray(0, bytes) });
      rest = rest.subarray(bytes);
      this.#at += bytes;
      if (this.#at === piece.at + piece.bytes) this.#nextPiece += 1;
    }
  }

  /** Takes the beginning of a chunk into the list of digests; gives what is left of it. */
  async #takeDigests(data: readonly Uint8Array[], signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const list = this.#list ?? new Uint8Array(0);
    const left: Uint8Array[] = [];
    for (const view of data) {
      const digests = view.subarray(0, list.byteLength - this.#at);
      list.set(digests, this.#at);
      this.#at += digests.byteLength;
      if (digests.byteLength < view.byteLength) left.push(view.subarray(digests.byteLength));
    }
    if (this.#at === list.byteLength) await this.#listed(list, signal);
    return left;
  }

  async #listed(list: Uint8Array, signal: AbortSignal): Promise<void> {
    const { catalogue, request, digester, base, sink } = this.#setup;
    this.#check = new TravelCheck(catalogue, digester, request.selected, list);
    this.#plan = planDownload(catalogue, request, list);
    if (base === undefined) return;
    for (const [place, index] of request.selected.entries()) {
      const expected = digestAt(list, place);
      const tensor = catalogue.tensors[index];
      const known = request.base?.digests.get(index);
      if (tensor === undefined || known === undefined || !equalBytes(known, expected)) continue;
      for await (const part of copyFromBase(tensor, index, expected, { base, digester, signal }))
        await sink.write([part]);
    }
  }
}

function deliveryOf(catalogue: Catalogue, request: CheckedRequest): Delivery {
  const tensors = new Map(request.selected.map((index) => [index, arriving(catalogue, index, request.rows)]));
  const others = othersOf(catalogue, request);
  let totalBytes = others.reduce((sum, source) => sum + sourceBytes(catalogue, source), 0);
  for (const { bytes } of tensors.values()) totalBytes += bytes;
  return { catalogue, tensors, others, narrowed: request.narrowed, totalBytes };
}

function arriving({ tensors }: Catalogue, index: number, rows: CheckedRequest['rows']): ArrivingTensor {
  const { name, dtype, shape, bytes } = tensors[index] as Catalogue['tensors'][number];
  if (rows === undefined) return { name, dtype, shape, bytes };
  const slice = locateRows({ dtype, shape }, rows, name);
  return { name, dtype, shape: slice.shape, bytes: slice.end - slice.begin };
}

function protocolError(problem: string): DownloadError {
  return new DownloadError('protocol', `The owner’s tensors do not fit their description: ${problem}`, {
    side: 'remote',
  });
}
