import type { Clock, Transport } from '@towline/downloader-core/spi';
import type { Ticket } from '../ticket/ticket.ts';
import type { HostPort } from './host-port.ts';
import type { TicketKeys } from './ticket-keys.ts';

/** How the two sides get their transports: sockets in earnest, endpoints in one process in tests. */
export interface Network {
  /** Opens the owner's side. Its `addresses` say where others can dial it. */
  listen(options: ListenOptions): Promise<OwnerTransport>;
  /** Makes the receiver's side; the owner is dialled when something is sent. */
  dial(options: DialOptions): Promise<Transport>;
}

/** The owner's transport. */
export interface OwnerTransport extends Transport {
  /** Ends the links that the ticket of a PSK identity opened. Absent where there are no keys. */
  revoke?(pskIdentity: string): void;
}

/** See {@link Network.listen}. */
export interface ListenOptions {
  readonly endpointId: string;
  readonly listen: HostPort;
  /** Asked in every handshake; absent: no keys and no encryption (rule K8). */
  readonly keys: TicketKeys | undefined;
  readonly clock: Clock;
}

/** See {@link Network.dial}. */
export interface DialOptions {
  readonly ticket: Ticket;
  /** The receiver's name. */
  readonly name: string;
  readonly clock: Clock;
}
