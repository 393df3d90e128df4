// @ts-check
// Gives a file and a folder to three hosts, each with a key of its own: node examples/three-hosts/owner.mjs
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addFile, addFolder } from '@towline/adapter-file';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { digestOf, writeSamples } from './samples.mjs';

const here = await mkdtemp(join(tmpdir(), 'towline-three-hosts-'));
const { file, folder } = await writeSamples(here);

// A host's key opens a link as that host and as no other: its name is proven.
const keys = new Map(['host-1', 'host-2', 'host-3'].map((host) => [host, randomBytes(32)]));
const service = new DownloadService({
  transport: await tcp({
    endpointId: 'owner',
    listen: '127.0.0.1:0', // in earnest 0.0.0.0:7000
    psk: { keys: (host) => entryOf(host) },
  }),
});

const transaction = service.newTransaction({
  timeoutMs: 30_000,
  receivers: [...keys.keys()],
  receiverIdleTimeoutMs: 5000, // a host that began and says nothing for so long is given up, and the others are not held up
});
const refs = { file: await addFile(transaction, file), folder: await addFolder(transaction, folder) };
const hosts = [...keys].map(([host, key]) => start(host, { refs, key: key.toString('hex') }));

console.log(`owner: model.bin ${await digestOf(file)}, photos ${await digestOf(folder)}`);
const { status, receivers } = await transaction.complete();
await Promise.all(hosts);
for (const { receiverId, status, reason, goodputBytes } of receivers)
  console.log(`${receiverId}: ${reason ?? status}, ${goodputBytes} bytes`);
console.log(`all together: ${status}`);

await service.shutdown();
await rm(here, { recursive: true });
process.exitCode = status === 'completed' ? 0 : 1;

/** @param {string} host */
function entryOf(host) {
  const key = keys.get(host);
  return key && { key, peerId: host };
}

/**
 * Starts a host and tells it its key and the refs, over a channel that nobody else reads. Resolves when it has ended.
 * @param {string} host
 * @param {object} told
 */
function start(host, told) {
  const child = fork(fileURLToPath(new URL('host.mjs', import.meta.url)), [host, join(here, host)]);
  child.send(told);
  return new Promise((resolve) => child.once('exit', resolve));
}
