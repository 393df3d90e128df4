import type { OutgoingMessage } from '@towline/downloader-core/spi';
import {
  AlteredTransport,
  later,
  type LostListener,
  type MessageListener,
  type SendOptions,
  stranger,
} from './altered-transport.ts';

export class UntypedErrors extends AlteredTransport {
  override send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    return super.send(peerId, message, options).catch((error: unknown) => {
      throw new Error('send failed', { cause: error });
    });
  }
}

/** What is sent to nobody is gone. */
export class ResolvesAll extends AlteredTransport {
  override send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    return super.send(peerId, message, options).catch(() => {});
  }
}

export class IgnoresSignals extends AlteredTransport {
  override send(peerId: string, message: OutgoingMessage): Promise<void> {
    return super.send(peerId, message);
  }
}

/** Looks at the signal at the beginning only. */
export class LooksOnce extends AlteredTransport {
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    return super.send(peerId, message);
  }
}

/** Queues without bound. */
export class Unbounded extends AlteredTransport {
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    super.send(peerId, message, options).catch(() => {});
  }
}

/** One queue for all peers. */
export class OneQueue extends AlteredTransport {
  #last: Promise<unknown> = Promise.resolve();
  override send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    const sending = this.#last.then(() => super.send(peerId, message, options));
    this.#last = sending.catch(() => {});
    return sending;
  }
}

export class TellsTwice extends AlteredTransport {
  override onPeerLost(listener: LostListener): () => void {
    return super.onPeerLost((link, cause) => {
      listener(link, cause);
      void later().then(() => listener(link, cause));
    });
  }
}

export class NeverTells extends AlteredTransport {
  override onPeerLost(): () => void {
    return () => {};
  }
}

/** Tells a loss at once, and messages when it comes to them. */
export class DeliversAfterLoss extends AlteredTransport {
  override onMessage(listener: MessageListener): () => void {
    return super.onMessage((message, from) => void later().then(() => listener(message, from)));
  }
}

/** Has not begun to send what it was given in the same turn. */
export class DropsAtClose extends AlteredTransport {
  override async send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    await later();
    return super.send(peerId, message, options);
  }
}

/** Calls every link to a peer by the peer's name. */
export class ReusesNames extends AlteredTransport {
  override onMessage(listener: MessageListener): () => void {
    return super.onMessage((message, from) => listener(message, { ...from, linkId: from.peerId }));
  }
  override onPeerLost(listener: LostListener): () => void {
    return super.onPeerLost((link, cause) => listener({ ...link, linkId: link.peerId }, cause));
  }
}

/** Leaves sends of a lost link waiting for ever. */
export class LeavesWaiting extends AlteredTransport {
  override send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    return new Promise((resolve) => void super.send(peerId, message, options).then(resolve, () => {}));
  }
}

export class ThrowsAtSecondClose extends AlteredTransport {
  #isClosed = false;
  override async close(): Promise<void> {
    if (this.#isClosed) throw new Error('not open');
    this.#isClosed = true;
    return super.close();
  }
}

/** Takes whatever a stranger sends for a message. */
export class TakesRubbish extends AlteredTransport {
  override takeRaw(bytes: Uint8Array, deliver: MessageListener): void {
    deliver({ header: bytes, body: [] }, stranger);
  }
}

export class FallsOverRubbish extends AlteredTransport {
  override takeRaw(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) void this.close();
  }
}
