/** How many bytes each receiver holds, and what its share of a budget is (rule M2). */
export class Holdings {
  readonly #held = new Map<string, number>();

  /** Adds to what a receiver holds, or takes away from it: `bytes` below 0. */
  add(receiverId: string, bytes: number): void {
    const held = (this.#held.get(receiverId) ?? 0) + bytes;
    if (held === 0) this.#held.delete(receiverId);
    else this.#held.set(receiverId, held);
  }

  /** Whether a receiver holds anything. */
  holds(receiverId: string): boolean {
    return this.#held.has(receiverId);
  }

  /** Whether `bytes` more pass the share of one among those that hold or wait. The first chunk never does. */
  passesShare(receiverId: string, bytes: number, budgetBytes: number, waiting: readonly string[]): boolean {
    const held = this.#held.get(receiverId) ?? 0;
    if (held === 0) return false;
    const active = new Set([receiverId, ...waiting, ...this.#held.keys()]);
    return held + bytes > budgetBytes / active.size;
  }
}
