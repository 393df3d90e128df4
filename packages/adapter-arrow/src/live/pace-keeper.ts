import type { TransactionInfo } from '@towline/downloader-core/spi';

/**
 * Knows how far the slowest receiver is that is waited for: of declared receivers each one that is not final, from the start, whether
 * it came or not; of a number of receivers those with a seat, and the start as long as seats are free. Strangers are not waited for.
 */
export class PaceKeeper {
  readonly #passed = new Map<string, number>();
  readonly #done = new Set<string>();
  #info: TransactionInfo | undefined;
  #waitsForAbsent = true;

  expect(info: TransactionInfo): void {
    this.#info = info;
  }

  passed(receiverId: string, at: number): void {
    this.#passed.set(receiverId, Math.max(at, this.#passed.get(receiverId) ?? 0));
  }

  final(receiverId: string): void {
    this.#done.add(receiverId);
  }

  /** Before this place nobody who is waited for needs anything; nothing when nobody is waited for. */
  floor(): number | undefined {
    const positions = this.#waited().map((name) => this.#passed.get(name) ?? 0);
    if (this.#hasFreeSeats() && this.#waitsForAbsent) positions.push(0);
    return positions.length === 0 ? undefined : Math.min(...positions);
  }

  /** Does not wait any longer for those who are at the floor. */
  leaveSlowest(): void {
    const floor = this.floor();
    for (const name of this.#waited()) if ((this.#passed.get(name) ?? 0) === floor) this.#done.add(name);
    if (floor === 0) this.#waitsForAbsent = false;
  }

  #waited(): readonly string[] {
    const names = this.#info?.receivers ?? (this.#info?.receiverCount === undefined ? [] : this.#info.seats());
    return names.filter((name) => !this.#done.has(name));
  }

  #hasFreeSeats(): boolean {
    const { receivers, receiverCount } = this.#info ?? {};
    return receivers === undefined && receiverCount !== undefined && (this.#info?.seats().length ?? 0) < receiverCount;
  }
}
