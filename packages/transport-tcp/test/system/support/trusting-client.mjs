// @ts-check
// Runs with NODE_EXTRA_CA_CERTS, so that the certificate of the server at PORT is trusted by the system. Says what a
// usual TLS client and what our client with a key make of that server.
import { connect } from 'node:tls';
import { tcp } from '@towline/transport-tcp';

const port = Number(process.env['PORT']);

const usual = await new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port }, () => {
    resolve(socket.authorized ? 'accepted' : 'refused');
    socket.destroy();
  });
  socket.on('error', (error) => resolve(error.message));
});

const transport = await tcp({ endpointId: 'receiver', psk: { identity: 'i', key: new Uint8Array(32) } });
transport.addAddresses?.('owner', [`127.0.0.1:${port}`]);
const ours = await transport.send('owner', { header: new Uint8Array(1), body: [] }).then(
  () => 'accepted',
  (/** @type {{ code: string }} */ error) => error.code,
);
await transport.close();
process.send?.({ usual, ours });
