// @ts-check
// A file by nginx, with sendfile. It ends when the receivers say that they have it.
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { freePort, runUntilTold, untilItListens } from './external.mjs';
import { say, settings } from './report.mjs';

const { path } = settings();
const folder = dirname(path);
const port = await freePort();
const config = join(folder, 'nginx.conf');
await writeFile(
  config,
  `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit; user root;
events { worker_connections 64; }
http {
  access_log off; sendfile on; tcp_nopush on;
  client_body_temp_path ${folder}/nginx-body; proxy_temp_path ${folder}/nginx-proxy; fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi; scgi_temp_path ${folder}/nginx-scgi;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`,
);
const ended = runUntilTold('nginx', ['-c', config, '-p', folder]);
await untilItListens(port);
say({ event: 'ready', port, ref: basename(path) });
await ended;
say({ event: 'done' });
