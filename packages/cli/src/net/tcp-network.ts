import { reasonOf } from '@towline/downloader-core/spi';
import { type PskEntry, tcp } from '@towline/transport-tcp';
import { CommandError } from '../command-error.ts';
import { pskIdentity } from '../ticket/keys.ts';
import { formatHostPort } from './host-port.ts';
import type { DialOptions, ListenOptions, Network, OwnerTransport } from './network.ts';
import type { TicketKeys } from './ticket-keys.ts';

/** Sockets: TLS 1.3 with the tickets' keys, or plain for tickets without one. */
export const tcpNetwork: Network = {
  async listen({ endpointId, listen, keys, clock }: ListenOptions): Promise<OwnerTransport> {
    const address = formatHostPort(listen);
    const security = keys ? { psk: { keys: (identity: string) => entryOf(keys, identity) } } : { insecure: true };
    try {
      return await tcp({ endpointId, listen: address, clock, ...security });
    } catch (cause) {
      throw new CommandError('listen_failed', `cannot listen on ${address}: ${reasonOf(cause)}`, { cause });
    }
  },

  dial({ ticket, name, clock }: DialOptions) {
    const { key, ticketId, receiver } = ticket;
    const shared = receiver === undefined;
    const security = key ? { psk: { identity: pskIdentity(ticketId), key, shared } } : { insecure: true };
    return tcp({ endpointId: name, clock, ...security });
  },
};

function entryOf(keys: TicketKeys, identity: string): PskEntry | undefined {
  const found = keys.find(identity);
  if (!found) return undefined;
  const { key, transactionId, receiver } = found;
  return { key, transactionId, ...(receiver === undefined ? {} : { peerId: receiver }) };
}
