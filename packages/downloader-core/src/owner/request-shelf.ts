import type { Clock } from '../base/clock.ts';
import { DownloadError } from '../base/errors.ts';
import { equalBytes } from '../base/hash.ts';
import { abortReason } from '../base/signals.ts';
import { copyTogether } from '../base/copies.ts';
import { ByteBudget, type Reservation, type ReservationKind } from './byte-budget.ts';

/** Whose request: that of a receiver's current download of a ref (rule S12). */
export interface RequestOf {
  readonly refId: string;
  readonly receiverId: string;
}

/** A request that is held. Requests of one ref with the same bytes have the same id, and share one value. */
export interface RequestHeld {
  readonly id: number;
  readonly value: unknown;
}

interface Held extends RequestHeld {
  readonly checksum: Uint8Array;
  /** As they came: a checksum alone can be made to agree by one who wants another to get the wrong bytes. */
  readonly bytes: Uint8Array;
}

interface Place {
  readonly reservation: Pick<Reservation, 'bytes' | 'release'>;
  readonly cancelTimer: () => void;
  held?: Held;
}

// A peer that asks for a place and sends no request must not keep it from others.
const unfilledPlaceMs = 30_000;

/**
 * Requests of open downloads, parsed, and descriptions on their way: together they take at most a quarter of the byte
 * budget (rule R10).
 */
export class RequestShelf {
  readonly #budget: ByteBudget;
  readonly #quarter: ByteBudget;
  readonly #limitBytes: number;
  readonly #clock: Clock;
  /** By ref, then by receiver. */
  readonly #places = new Map<string, Map<string, Place>>();
  #lastId = 0;

  constructor(budget: ByteBudget, largestBytes: number, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
    this.#quarter = new ByteBudget(Math.floor(budget.totalBytes / 4));
    this.#limitBytes = Math.min(largestBytes, this.#quarter.totalBytes);
  }

  /** Throws `request_too_large` for one that could never be held. */
  check(bytes: number): void {
    if (bytes <= this.#limitBytes) return;
    throw new DownloadError(
      'request_too_large',
      `a request of ${bytes} bytes is above the limit of ${this.#limitBytes}`,
    );
  }

  /** The request of a download, when it is held and has that checksum. */
  find(of: RequestOf, checksum: Uint8Array): RequestHeld | undefined {
    const held = this.#placeOf(of)?.held;
    return held && equalBytes(held.checksum, checksum) ? held : undefined;
  }

  /** Whether a place of `bytes` is set aside for the download, now or already. */
  tryPlace(of: RequestOf, bytes: number): boolean {
    if (this.#placeOf(of)?.reservation.bytes === bytes) return true;
    this.release(of);
    const reservation = this.#tryReserve(bytes, 'standing');
    if (reservation) this.#setPlace(of, reservation);
    return reservation !== undefined;
  }

  /** Waits until a place is set aside for the download. Rejects with the signal's reason. */
  async place(of: RequestOf, bytes: number, signal: AbortSignal): Promise<void> {
    if (this.tryPlace(of, bytes)) return;
    this.#setPlace(of, await this.#reserve(bytes, signal, 'standing'));
  }

  /** Sets bytes aside for a description until it was sent, if that can be now. */
  tryReserve(bytes: number): Pick<Reservation, 'release'> | undefined {
    return this.#tryReserve(bytes, 'passing');
  }

  /** As {@link tryReserve}, as soon as it can be. Rejects with the signal's reason. */
  reserve(bytes: number, signal: AbortSignal): Promise<Pick<Reservation, 'release'>> {
    return this.#reserve(bytes, signal, 'passing');
  }

  /** Keeps a request, parsed by `parse`, in the place that was set aside for its download. Throws what `parse` throws. */
  hold(of: RequestOf, checksum: Uint8Array, bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): void {
    const place = this.#placeOf(of);
    if (!place) return;
    place.held = this.#same(of.refId, checksum, bytes) ?? this.#newHeld(checksum, bytes, parse);
    place.cancelTimer();
  }

  /** Gives back a place whose request did not come as it should. */
  releaseEmpty(of: RequestOf): void {
    if (!this.#placeOf(of)?.held) this.release(of);
  }

  /** Forgets the request of a download that is over. */
  release(of: RequestOf): void {
    const places = this.#places.get(of.refId);
    const place = places?.get(of.receiverId);
    places?.delete(of.receiverId);
    if (places?.size === 0) this.#places.delete(of.refId);
    place?.cancelTimer();
    place?.reservation.release();
  }

  /** Forgets every request for a ref that is over. */
  releaseRef(refId: string): void {
    const receiverIds = this.#places.get(refId)?.keys() ?? [];
    for (const receiverId of receiverIds) this.release({ refId, receiverId });
  }

  #same(refId: string, checksum: Uint8Array, bytes: Uint8Array): Held | undefined {
    for (const { held } of this.#places.get(refId)?.values() ?? [])
      if (held && equalBytes(held.checksum, checksum) && equalBytes(held.bytes, bytes)) return held;
    return undefined;
  }

  // A transport may use its memory again: what is kept is a copy.
  #newHeld(checksum: Uint8Array, bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): Held {
    const copy = copyTogether([bytes]);
    this.#lastId += 1;
    return { id: this.#lastId, checksum, bytes: copy, value: parse(copy) };
  }

  #placeOf({ refId, receiverId }: RequestOf): Place | undefined {
    return this.#places.get(refId)?.get(receiverId);
  }

  #setPlace(of: RequestOf, reservation: Place['reservation']): void {
    const places = this.#places.get(of.refId) ?? new Map<string, Place>();
    const cancelTimer = this.#clock.setTimer(unfilledPlaceMs, () => this.releaseEmpty(of));
    this.#places.set(of.refId, places.set(of.receiverId, { reservation, cancelTimer }));
  }

  #tryReserve(bytes: number, kind: ReservationKind): Place['reservation'] | undefined {
    const share = this.#quarter.tryReserve(bytes);
    const whole = share && this.#budget.tryReserve(bytes, { kind });
    if (whole) return together(share, whole);
    share?.release();
    return undefined;
  }

  async #reserve(bytes: number, signal: AbortSignal, kind: ReservationKind): Promise<Place['reservation']> {
    const share = await this.#quarter.reserve(bytes, signal);
    try {
      const both = together(share, await this.#budget.reserve(bytes, signal, { kind }));
      if (!signal.aborted) return both;
      both.release();
      throw abortReason(signal);
    } catch (error) {
      share.release();
      throw error;
    }
  }
}

function together(share: Reservation, whole: Reservation): Place['reservation'] {
  return {
    bytes: whole.bytes,
    release: () => {
      share.release();
      whole.release();
    },
  };
}
