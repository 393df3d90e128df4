import { DownloadError, type PeerLink, type Transport } from '@towline/downloader-core/spi';
import { tcp, type TcpOptions, type TcpTransport } from '@towline/transport-tcp';
import { onTestFinished } from 'vitest';

/** What an endpoint saw. */
export type Event =
  | { readonly kind: 'message'; readonly id: number; readonly body: Uint8Array; readonly from: PeerLink }
  | { readonly kind: 'lost'; readonly code: string | undefined; readonly link: PeerLink };

/** The events of an endpoint, in order, each taken once. */
export class Inbox {
  readonly #events: Event[] = [];
  readonly #takers: ((event: Event) => void)[] = [];

  constructor(transport: Transport) {
    transport.onMessage(({ header, body }, from) => {
      this.#put({ kind: 'message', id: Buffer.from(header).readUInt32BE(), body: Buffer.concat(body), from });
    });
    transport.onPeerLost((link, cause) => {
      this.#put({ kind: 'lost', code: (cause as DownloadError | undefined)?.code, link });
    });
  }

  next(): Promise<Event> {
    const event = this.#events.shift();
    return event ? Promise.resolve(event) : new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The next events as text: `7` for message 7, `lost:code`. */
  async take(count: number): Promise<string[]> {
    const taken: string[] = [];
    while (taken.length < count) {
      const event = await this.next();
      taken.push(event.kind === 'message' ? String(event.id) : `lost:${event.code ?? 'closed'}`);
    }
    return taken;
  }

  /** The next event, which has to be a message. */
  async message(): Promise<Extract<Event, { kind: 'message' }>> {
    const event = await this.next();
    if (event.kind !== 'message') throw new Error(`a link was lost: ${event.code}`);
    return event;
  }

  /** What nobody has taken. */
  get untaken(): readonly Event[] {
    return this.#events;
  }

  #put(event: Event): void {
    const taker = this.#takers.shift();
    if (taker) taker(event);
    else this.#events.push(event);
  }
}

/** An endpoint that is closed with the test, and its inbox. */
export async function open(options: TcpOptions): Promise<{ transport: TcpTransport; inbox: Inbox }> {
  const transport = await tcp(options);
  onTestFinished(() => transport.close());
  return { transport, inbox: new Inbox(transport) };
}

/** An owner that listens on loopback. */
export async function openOwner(options: Partial<TcpOptions> = {}) {
  const { transport, inbox } = await open({ endpointId: 'owner', listen: '127.0.0.1:0', ...options });
  const address = transport.addresses?.[0] ?? '';
  return { owner: transport, inbox, address, port: portOf(address) };
}

/** A receiver that knows where the owner is, and does not linger when the test ends on a frozen link. */
export async function openReceiver(address: string, options: Partial<TcpOptions> = {}) {
  const { transport, inbox } = await open({ endpointId: 'receiver', lingerMs: 50, ...options });
  transport.addAddresses?.('owner', [address]);
  return { receiver: transport, inbox };
}

export const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

/** A message that is known by its number. */
export function message(id: number, ...body: Uint8Array[]) {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(id);
  return { header, body };
}

/** `sent`, or the code that the send rejected with. */
export const resultOf = (sending: Promise<void>): Promise<unknown> =>
  sending.then(
    () => 'sent',
    (error: unknown) => (error instanceof DownloadError ? error.code : error),
  );
