import type { Consumer, StartResult } from '../base/consumer.ts';
import type { Hasher } from '../base/hash.ts';
import { defaultDescriptionBytes, maxRequestBytes, maxStateBytes } from '../wire/limits.ts';
import type { Pull } from '../wire/messages.ts';
import { packed } from './consumer-call.ts';

/** What a pull says about where the download stands. */
export type PullPosition = Pick<Pull, 'pullNo' | 'describe' | 'request' | 'refetch'>;

/** Where a download stands: what its next pull asks for, and from where. */
export class Cursor {
  readonly #hasher: Hasher;
  readonly #maxDescriptionBytes: number;
  #pullNo = 0;
  #position: Uint8Array = new Uint8Array(0);
  #request: { readonly bytes: Uint8Array; readonly checksum: Uint8Array } | undefined;
  #carriesRequest = false;
  #sentRequestAgain = false;
  #wants: 'description' | 'totals' | undefined;
  #begun: boolean;
  #refetch = false;

  constructor(consumer: Pick<Consumer<unknown>, 'start' | 'maxDescriptionBytes'>, hasher: Hasher) {
    this.#hasher = hasher;
    this.#maxDescriptionBytes = consumer.maxDescriptionBytes ?? defaultDescriptionBytes;
    this.#begun = consumer.start === undefined;
    this.#wants = this.#begun ? 'totals' : 'description';
  }

  /** The number of the last pull; 0 before the first. */
  get pullNo(): number {
    return this.#pullNo;
  }

  /** Whether chunks may come: a consumer with `start` decides first (rule S10). */
  get begun(): boolean {
    return this.#begun;
  }

  /** The most bytes of a description that is to come; `undefined` when none was asked for. */
  get descriptionBytes(): number | undefined {
    switch (this.#wants) {
      case 'description':
        return this.#maxDescriptionBytes;
      case 'totals':
        return 0;
      case undefined:
        return undefined;
    }
  }

  /** Counts the next pull; gives what it says and the segments of its body. */
  advance(): { readonly says: PullPosition; readonly segments: readonly Uint8Array[] } {
    this.#pullNo += 1;
    const request = this.#request;
    const says: PullPosition = {
      pullNo: this.#pullNo,
      describe: this.#wants && {
        maxBytes: this.#maxDescriptionBytes,
        totalsOnly: this.#wants === 'totals' || undefined,
      },
      request: request && { checksum: request.checksum, bytes: request.bytes.byteLength },
      refetch: this.#refetch || undefined,
    };
    return { says, segments: request && this.#carriesRequest ? [this.#position, request.bytes] : [this.#position] };
  }

  /** The owner described the object: it has our request, and need not describe again. */
  described(): void {
    this.#carriesRequest = false;
    if (this.#begun) this.#wants = undefined;
  }

  /** The consumer said how to begin. Throws `consumer_failed`. */
  begin({ state, request }: StartResult): void {
    this.#begun = true;
    this.#wants = undefined;
    if (state !== undefined) this.#position = packed('a state', state, maxStateBytes);
    if (request === undefined) return;
    const bytes = packed('a request', request, maxRequestBytes);
    this.#request = { bytes, checksum: this.#hasher.checksum([bytes]) };
    this.#carriesRequest = true;
    // A selection has totals of its own.
    this.#wants = 'totals';
  }

  /** The next pull goes on from `position`, an encoded state. */
  moveTo(position: Uint8Array): void {
    this.#position = position;
    this.#sentRequestAgain = false;
    this.#refetch = false;
  }

  /** Pulls go past any cache of the owner until the position moves. */
  refetch(): void {
    this.#refetch = true;
  }

  /** The next pull carries the request; says whether that is new since the position last moved. */
  sendRequestAgain(): boolean {
    const isNew = !this.#sentRequestAgain;
    this.#carriesRequest = this.#sentRequestAgain = true;
    return isNew;
  }
}
