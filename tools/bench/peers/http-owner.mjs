// @ts-check
// A file over node:http, as a stream with large reads.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { ready, say, settings, told, usage } from './report.mjs';

const { path } = settings();
const { size } = await stat(path);
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-length': size });
  createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(response);
});
server.listen(0, '127.0.0.1', () => ready({ port: /** @type {any} */ (server.address()).port }));
await told();
say({ event: 'done', ...usage() });
server.close();
server.closeAllConnections();
