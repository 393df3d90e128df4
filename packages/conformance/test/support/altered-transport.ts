import type {
  IncomingMessage,
  OutgoingMessage,
  PeerLink,
  Transport,
  TransportCapabilities,
} from '@towline/downloader-core/spi';

export type SendOptions = { readonly signal?: AbortSignal };
export type MessageListener = (message: IncomingMessage, from: PeerLink) => void;
export type LostListener = (link: PeerLink, cause?: Error) => void;

/** Another transport as it is: what broken ones are made of. */
export class AlteredTransport implements Transport {
  readonly inner: Transport;
  readonly endpointId: string;
  readonly instanceId: string;

  constructor(inner: Transport) {
    this.inner = inner;
    this.endpointId = inner.endpointId;
    this.instanceId = inner.instanceId;
  }

  get capabilities(): TransportCapabilities {
    return this.inner.capabilities;
  }

  send(peerId: string, message: OutgoingMessage, options?: SendOptions): Promise<void> {
    return this.inner.send(peerId, message, options);
  }

  onMessage(listener: MessageListener): () => void {
    return this.inner.onMessage(listener);
  }

  onPeerLost(listener: LostListener): () => void {
    return this.inner.onPeerLost(listener);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Takes the bytes of a stranger's connection, which have to begin with a word that it cannot know. */
  takeRaw(bytes: Uint8Array, deliver: MessageListener): void {
    const text = new TextDecoder().decode(bytes);
    if (text.startsWith('open sesame')) deliver({ header: bytes, body: [] }, stranger);
  }
}

/** The link of somebody who connected on his own. */
export const stranger: PeerLink = { peerId: 'stranger', linkId: 'stranger-1', strength: 'claimed' };

/** Resolves after everything that can go on at once. */
export const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
