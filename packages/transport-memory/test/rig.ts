import type { TransportRig } from '@towline/conformance';
import { type EndpointOptions, MemoryNetwork } from '@towline/transport-memory';

/** Endpoints of a network in memory. This runs in browsers, too. */
export function memoryRig(options: EndpointOptions = {}): TransportRig {
  const network = new MemoryNetwork();
  const dialler = network.endpoint('dialler', options);
  const listener = network.endpoint('listener', options);
  const other = network.endpoint('other', options);
  const pause = () => {
    listener.pause();
    return () => listener.resume();
  };
  return { dialler, listener, other, pause, cut: () => network.cut('dialler', 'listener') };
}
