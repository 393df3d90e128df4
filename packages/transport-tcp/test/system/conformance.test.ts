import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { transportSuite } from '@towline/conformance/vitest';
import { tcp, type TcpOptions } from '@towline/transport-tcp';
import { Proxy } from './support/proxy.ts';
import { portOf } from './support/scene.ts';

/** A dialler and a listener with a network between them that can be cut and stopped. */
async function rig(ofDialler: Partial<TcpOptions>, ofListener: Partial<TcpOptions>) {
  const listen = { listen: '127.0.0.1:0', ...ofListener };
  const listener = await tcp({ endpointId: 'listener', ...listen });
  const other = await tcp({ endpointId: 'other', ...listen });
  const proxy = await Proxy.start(listener.addresses?.[0] ?? '');
  const dialler = await tcp({ endpointId: 'dialler', ...ofDialler });
  dialler.addAddresses?.('listener', [proxy.address]);
  dialler.addAddresses?.('other', other.addresses ?? []);
  const pause = () => {
    proxy.freeze();
    return () => proxy.thaw();
  };
  const hostile = async (bytes: Uint8Array): Promise<void> => {
    const socket = connect(portOf(listener.addresses?.[0] ?? ''), '127.0.0.1').on('error', () => {});
    socket.resume().end(bytes);
    await new Promise((resolve) => socket.on('close', resolve));
  };
  return { dialler, listener, other, pause, hostile, cut: () => proxy.cut(), teardown: () => proxy.close() };
}

const key = randomBytes(32);

await transportSuite('transport-tcp', { setup: () => rig({}, {}) });
await transportSuite('transport-tcp with keys', {
  setup: () => rig({ psk: { identity: 'i', key } }, { psk: { keys: () => ({ key }) } }),
});
