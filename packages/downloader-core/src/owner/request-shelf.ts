import { DownloadError } from '../base/errors.ts';
import { equalBytes } from '../base/hash.ts';
import { ByteBudget, type Reservation } from './byte-budget.ts';

interface Place {
  readonly bytes: number;
  readonly free: () => void;
  held?: { readonly checksum: Uint8Array; readonly value: unknown };
}

/** Requests of open downloads, parsed; together they take at most a quarter of the byte budget (rule R10). */
export class RequestShelf {
  readonly #budget: ByteBudget;
  readonly #quarter: ByteBudget;
  readonly #limitBytes: number;
  readonly #places = new Map<string, Place>();

  constructor(budget: ByteBudget, largestBytes: number) {
    this.#budget = budget;
    this.#quarter = new ByteBudget(Math.floor(budget.totalBytes / 4));
    this.#limitBytes = Math.min(largestBytes, this.#quarter.totalBytes);
  }

  get size(): number {
    return this.#places.size;
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
  find(download: string, checksum: Uint8Array): { readonly value: unknown } | undefined {
    const held = this.#places.get(download)?.held;
    return held && equalBytes(held.checksum, checksum) ? held : undefined;
  }

  /** Whether a place of `bytes` is set aside for the download, now or already. */
  tryPlace(download: string, bytes: number): boolean {
    if (this.#places.get(download)?.bytes === bytes) return true;
    this.release(download);
    const share = this.#quarter.tryReserve(bytes);
    const reservation = share && this.#budget.tryReserve(bytes);
    if (reservation) this.#setPlace(download, bytes, share, reservation);
    else share?.release();
    return reservation !== undefined;
  }

  /** Waits until a place is set aside for the download. Rejects with the signal's reason. */
  async place(download: string, bytes: number, signal: AbortSignal): Promise<void> {
    if (this.tryPlace(download, bytes)) return;
    const share = await this.#quarter.reserve(bytes, signal);
    const reservation = await this.#budget.reserve(bytes, signal).catch((error: unknown) => {
      share.release();
      throw error;
    });
    this.#setPlace(download, bytes, share, reservation);
  }

  /** Keeps a parsed request in the place that was set aside for its download. */
  hold(download: string, checksum: Uint8Array, value: unknown): void {
    const place = this.#places.get(download);
    if (place) place.held = { checksum, value };
  }

  /** Forgets the request of a download that is over. */
  release(download: string): void {
    const place = this.#places.get(download);
    this.#places.delete(download);
    place?.free();
  }

  #setPlace(download: string, bytes: number, share: Reservation, reservation: Reservation): void {
    const free = (): void => {
      share.release();
      reservation.release();
    };
    this.#places.set(download, { bytes, free });
  }
}

/** Under which key the request of a receiver's download is held. */
export function requestKey(
  refId: string,
  of: { readonly receiverId: string; readonly downloadId: string | undefined },
): string {
  return JSON.stringify([refId, of.receiverId, of.downloadId]);
}
