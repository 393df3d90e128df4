import type { TransportRig } from '@towline/conformance';
import type { Transport } from '@towline/downloader-core/spi';
import { type EndpointOptions, MemoryNetwork } from '@towline/transport-memory';
import { AlteredTransport, type MessageListener } from './altered-transport.ts';

export type Alteration = new (inner: Transport) => AlteredTransport;

/** Endpoints of a network in memory, each altered, and able to do everything that the suite can use. */
export function alteredRig(Altered: Alteration = AlteredTransport, endpoint: EndpointOptions = {}): TransportRig {
  const network = new MemoryNetwork();
  const listening = network.endpoint('listener', endpoint);
  const listener = new Altered(listening);
  const listeners = new Set<MessageListener>();
  const listen = listener.onMessage.bind(listener);
  listener.onMessage = (heard) => {
    listeners.add(heard);
    return listen(heard);
  };
  return {
    dialler: new Altered(network.endpoint('dialler', endpoint)),
    listener,
    other: new Altered(network.endpoint('other', endpoint)),
    cut: () => network.cut('dialler', 'listener'),
    pause: () => {
      listening.pause();
      return () => listening.resume();
    },
    hostile: async (bytes) =>
      listener.takeRaw(bytes, (message, from) => listeners.forEach((heard) => heard(message, from))),
  };
}
