// @ts-check
// A file by nginx, with sendfile.
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { freePort, startProgram, untilItListens } from './external.mjs';
import { ready, say, settings, told } from './report.mjs';

const { path, directory } = settings();
const port = await freePort();
const config = join(directory, 'nginx.conf');
await writeFile(
  config,
  `daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log stderr crit; user root;
events { worker_connections 64; }
http {
  access_log off; sendfile on; tcp_nopush on;
  client_body_temp_path ${directory}/nginx-body; proxy_temp_path ${directory}/nginx-proxy; fastcgi_temp_path ${directory}/nginx-fastcgi;
  uwsgi_temp_path ${directory}/nginx-uwsgi; scgi_temp_path ${directory}/nginx-scgi;
  server { listen 127.0.0.1:${port}; root ${dirname(path)}; }
}
`,
);
const program = startProgram('nginx', ['-c', config, '-p', directory], directory);
await untilItListens(port);
ready({ port, ref: basename(path) });
await told();
const { used } = await program.stop();
say({ event: 'done', ...used });
