import type { Clock, Transport } from '@towline/downloader-core/spi';
import type { Ticket } from '../ticket/ticket.ts';
import type { HostPort } from './host-port.ts';
import type { TicketKeys } from './ticket-keys.ts';

/** How the two sides get their transports: sockets in earnest, endpoints in one process in tests. */
export interface Network {
  /** Opens the owner's side. `keys` are asked in every handshake; absent: no encryption (rule K8). */
  listen(options: ListenOptions): Promise<OwnerEndpoint>;
  /** Makes the receiver's side; the owner is dialled when something is sent. */
  dial(ticket: Ticket, name: string, clock: Clock): Transport;
}

/** See {@link Network.listen}. */
export interface ListenOptions {
  readonly endpointId: string;
  readonly listen: HostPort;
  readonly keys: TicketKeys | undefined;
  readonly clock: Clock;
}

/** The owner's side, open. */
export interface OwnerEndpoint {
  readonly transport: Transport;
  /** Where it listens: the port is the one that the system chose. */
  readonly bound: HostPort;
}
