// @ts-check
// Serves a web page that pulls tensors, a table, and the files that are named: node examples/web-page/owner.mjs [file …]
import { once } from 'node:events';
import { createServer } from 'node:http';
import { DownloadService } from '@towline/downloader-core';
import { bundlePage } from './bundle.mjs';
import { addFiles, addReadings, addWeights } from './objects.mjs';
import { webSocketListener } from './transport/listener.mjs';

/** What the page may do: run our scripts and core's WebAssembly (its checksums), and speak to us. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:";

const assets = await bundlePage();
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const host = `127.0.0.1:${address && typeof address === 'object' ? address.port : ''}`;

const transport = webSocketListener({
  endpointId: 'owner',
  server,
  address: `ws://${host}/towline`,
  origins: [`http://${host}`],
});
const service = new DownloadService({ transport });
const transaction = service.newTransaction({ timeoutMs: 600_000, receiverCount: 1, receiverIdleTimeoutMs: 30_000 });
const objects = [
  await addWeights(transaction),
  await addReadings(transaction),
  ...(await addFiles(transaction, process.argv.slice(2))),
];
const outcome = transaction.complete();
server.on('request', (request, response) => void answer(request, response));
console.log(`open http://${host}/`);

const { status, receivers } = await outcome;
for (const { receiverId, reason, status, goodputBytes } of receivers)
  console.log(`${receiverId}: ${reason ?? status}, ${goodputBytes} bytes`);
console.log(`outcome: ${status}`);
await service.shutdown();
// Answers that are on their way are still given; then the process ends.
server.close();
process.exitCode = status === 'completed' ? 0 : 1;

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer({ url = '/' }, response) {
  const asset = assets.get(url);
  if (asset)
    response.writeHead(200, { 'content-type': asset.type, 'content-security-policy': policy }).end(asset.content);
  else if (url === '/objects') sendJson(response, objects);
  else if (url === '/outcome') sendJson(response, { status: (await outcome).status });
  else response.writeHead(404).end();
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {unknown} value
 */
function sendJson(response, value) {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(value));
}
