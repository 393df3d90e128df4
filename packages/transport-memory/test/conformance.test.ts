import { transportSuite } from '@towline/conformance/vitest';
import { MemoryNetwork } from '@towline/transport-memory';

await transportSuite('transport-memory', {
  setup: () => {
    const network = new MemoryNetwork();
    const dialler = network.endpoint('dialler');
    const listener = network.endpoint('listener');
    return { dialler, listener, other: network.endpoint('other'), cut: () => network.cut('dialler', 'listener') };
  },
});
