import type { PeerLink, Transport } from '@towline/downloader-core/spi';

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

  /** Resolves when nobody is connected. */
  async allClosed(): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
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
