// @ts-check
// A file in the object store of a NATS server with JetStream on disk. It is put there once in a run, before anything is timed.
import { existsSync, openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { Objm } from '@nats-io/obj';
import { freePort, startProgram, untilItListens } from './external.mjs';
import { ready, say, settings, told } from './report.mjs';

const { path, directory } = settings();
const ref = basename(path);
const marker = join(directory, `nats-has-${ref}`);

if (!existsSync(marker)) {
  const { port, program } = await serve();
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  const store = await new Objm(connection).create('bench', { storage: 'file' });
  const blob = await openAsBlob(path);
  await store.put({ name: ref }, blob.stream(), { timeout: 60_000 });
  await connection.close();
  await program.stop();
  await writeFile(marker, '');
}
const { port, program } = await serve();
ready({ port, ref });
await told();
const { used } = await program.stop();
say({ event: 'done', ...used });

async function serve() {
  const port = await freePort();
  const words = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(directory, 'nats'), '-l', '/dev/null'];
  const program = startProgram('nats-server', words, directory);
  await untilItListens(port);
  return { port, program };
}
