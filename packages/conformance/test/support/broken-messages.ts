import type { OutgoingMessage, PeerLink, TransportCapabilities } from '@towline/downloader-core/spi';
import { AlteredTransport, later, type MessageListener, type SendOptions } from './altered-transport.ts';

const copy = ({ header, body }: OutgoingMessage): OutgoingMessage => ({
  header: new Uint8Array(header),
  body: body.map((segment) => new Uint8Array(segment)),
});

const isEmpty = ({ body }: OutgoingMessage): boolean => body.every(({ byteLength }) => byteLength === 0);

export class Nameless extends AlteredTransport {
  override readonly endpointId: string = '';
}

/** Small messages overtake large ones. */
export class Reorders extends AlteredTransport {
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    if (!isEmpty(message)) await later();
    return super.send(peerId, message, options);
  }
}

/** Follows a signal before it sends, so that what has none overtakes. */
export class FollowsSignalsFirst extends AlteredTransport {
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    if (options?.signal) await Promise.resolve();
    return super.send(peerId, message, options);
  }
}

/** Says that it has sent what it lost on the way, and does not send it again. */
export class Loses extends AlteredTransport {
  #count = 0;
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    this.#count += 1;
    if (this.#count % 100 !== 0) return super.send(peerId, message, options);
  }
}

export class Repeats extends AlteredTransport {
  #count = 0;
  override onMessage(listener: MessageListener): () => void {
    return super.onMessage((message, from) => {
      this.#count += 1;
      listener(message, from);
      if (this.#count % 100 === 0) listener(message, from);
    });
  }
}

/** Sends at most 512 segments, as some systems do in one call. */
export class LosesSegments extends AlteredTransport {
  override send(peerId: string, { header, body }: OutgoingMessage, options?: SendOptions): Promise<void> {
    return super.send(peerId, { header, body: body.slice(0, 512) }, options);
  }
}

export class CutsHeaders extends AlteredTransport {
  override send(peerId: string, { header, body }: OutgoingMessage, options?: SendOptions): Promise<void> {
    return super.send(peerId, { header: header.subarray(0, 65_535), body }, options);
  }
}

export class RefusesTheLargest extends AlteredTransport {
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    const bytes = message.body.reduce((sum, { byteLength }) => sum + byteLength, message.header.byteLength);
    if (bytes >= this.capabilities.maxMessageBytes) throw new RangeError('too large');
    return super.send(peerId, message, options);
  }
}

/** Cuts off what is too much. */
export class TakesTooLarge extends AlteredTransport {
  override send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    const most = this.capabilities.maxMessageBytes - message.header.byteLength;
    const [first, ...others] = message.body;
    const body = first ? [first.subarray(0, most), ...others] : [];
    return super.send(peerId, { header: message.header, body }, options);
  }
}

/** Believes that there is only one peer. */
export class NamesTheFirst extends AlteredTransport {
  #first: PeerLink | undefined;
  override onMessage(listener: MessageListener): () => void {
    return super.onMessage((message, from) => {
      this.#first ??= from;
      listener(message, this.#first);
    });
  }
}

export class NewLinkEachTime extends AlteredTransport {
  #count = 0;
  override onMessage(listener: MessageListener): () => void {
    return super.onMessage((message, from) => listener(message, { ...from, linkId: `${(this.#count += 1)}` }));
  }
}

/** Reads the bytes a moment after `send` has resolved. */
export class ReadsLater extends AlteredTransport {
  override get capabilities(): TransportCapabilities {
    return { ...super.capabilities, handsOver: false };
  }
  override async send(peerId: string, message: OutgoingMessage): Promise<void> {
    void later().then(() => super.send(peerId, copy(message)));
  }
}

export class CopiesAllTheSame extends AlteredTransport {
  override send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    return super.send(peerId, copy(message), options);
  }
}

export class DetachesNothing extends AlteredTransport {
  override get capabilities(): TransportCapabilities {
    return { ...super.capabilities, handsOver: false, detachesBodies: true };
  }
}

/** Receives everything into one buffer. */
export class OneReceiveBuffer extends AlteredTransport {
  readonly #buffer = new Uint8Array(1 << 17);
  override onMessage(listener: MessageListener): () => void {
    return super.onMessage(({ header, body }, from) => {
      let at = 0;
      for (const piece of body) {
        this.#buffer.set(piece, at);
        at += piece.byteLength;
      }
      listener({ header, body: [this.#buffer.subarray(0, at)] }, from);
    });
  }
}
