import type { PeerLink, Transport } from '@towline/downloader-core/spi';

/** A message that arrived, copied: bodies are lent. */
export interface Arrived {
  readonly header: string;
  readonly body: Uint8Array;
  readonly from: PeerLink;
}

/** Notes what arrives at a transport, and lets a scenario wait for it. */
export class TransportInbox {
  readonly arrived: Arrived[] = [];
  readonly lost: PeerLink[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(transport: Transport) {
    transport.onMessage((message, from) => {
      this.arrived.push({ header: new TextDecoder().decode(message.header), body: joined(message.body), from });
      message.release?.();
      this.#look();
    });
    transport.onPeerLost((link) => {
      this.lost.push(link);
      this.#look();
    });
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
    for (const look of [...this.#waiting]) look();
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
