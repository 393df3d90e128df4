import type { Clock, PeerLink, Transport } from '@towline/downloader-core/spi';

/** Knows which peers are connected. */
export class LinkWatch {
  readonly #open = new Map<string, PeerLink>();
  readonly #detach: readonly (() => void)[];
  readonly #waiting = new Set<() => void>();

  constructor(transport: Pick<Transport, 'onMessage' | 'onPeerLost'>) {
    this.#detach = [
      transport.onMessage((_message, link) => void this.#open.set(link.linkId, link)),
      transport.onPeerLost((link) => this.#lost(link)),
    ];
  }

  /** Resolves when nobody is connected and nobody came for `graceMs`: who lost its link may be on its way back. */
  async allClosed(clock: Clock, graceMs: number): Promise<void> {
    do {
      if (this.#open.size > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
      await new Promise<void>((resolve) => void clock.setTimer(graceMs, resolve));
    } while (this.#open.size > 0);
  }

  /** Stops watching. */
  close(): void {
    for (const detach of this.#detach) detach();
  }

  #lost(link: PeerLink): void {
    this.#open.delete(link.linkId);
    if (this.#open.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
