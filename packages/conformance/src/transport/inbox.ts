import type { IncomingMessage, PeerLink, Transport } from '@towline/downloader-core/spi';
import { joined } from '../bytes.ts';

const decoder = new TextDecoder();

/** A message that arrived, copied: bodies are lent. */
export interface Arrived {
  readonly header: string;
  readonly body: Uint8Array;
  readonly from: PeerLink;
}

/** Notes what arrives at a transport, and lets a scenario wait for it. */
export class Inbox {
  readonly arrived: Arrived[] = [];
  /** Messages of a link that was already told to be lost. */
  readonly late: Arrived[] = [];
  readonly lost: PeerLink[] = [];
  /** Set: messages are not released but kept here. */
  held: IncomingMessage[] | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(transport: Transport) {
    transport.onMessage((incoming, from) => {
      const message = { header: decoder.decode(incoming.header), body: joined(incoming.body), from };
      this.arrived.push(message);
      if (this.lost.some(({ linkId }) => linkId === from.linkId)) this.late.push(message);
      if (this.held) this.held.push(incoming);
      else incoming.release?.();
      this.#look();
    });
    transport.onPeerLost((link) => {
      this.lost.push(link);
      this.#look();
    });
  }

  /** What the messages so far were called. */
  get headers(): string[] {
    return this.arrived.map(({ header }) => header);
  }

  /** Resolves when `holds`; looked at after each event. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
