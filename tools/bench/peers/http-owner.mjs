// @ts-check
// A file over node:http, as a stream with large reads.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { say, settings, usage } from './report.mjs';

const { path, receivers } = settings();
const { size } = await stat(path);
let open = receivers;
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-length': size });
  createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(response);
  response.on('close', () => {
    open -= 1;
    // The receivers close their connections when they have everything.
    if (open === 0) server.close(() => say({ event: 'done', ...usage() }));
  });
});
server.listen(0, '127.0.0.1', () => say({ event: 'ready', port: /** @type {any} */ (server.address()).port }));
