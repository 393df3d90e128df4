import { transportSuite } from '@towline/conformance/vitest';
import { type EndpointOptions, MemoryNetwork } from '@towline/transport-memory';

const rig = (options: EndpointOptions = {}) => {
  const network = new MemoryNetwork();
  const dialler = network.endpoint('dialler', options);
  const listener = network.endpoint('listener', options);
  const other = network.endpoint('other', options);
  const pause = () => {
    listener.pause();
    return () => listener.resume();
  };
  return { dialler, listener, other, pause, cut: () => network.cut('dialler', 'listener') };
};

await transportSuite('transport-memory', { setup: () => rig() });
await transportSuite('transport-memory that detaches', { setup: () => rig({ detachesBodies: true }) });
