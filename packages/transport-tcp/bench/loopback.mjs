// @ts-check
// 1 GiB in messages of 1 MiB between two processes over loopback: plain, with a pre-shared key, and beside them a plain
// Node socket that copies the same bytes. Rounds are interleaved; build first (`npx tsc -b`).
//
//   node packages/transport-tcp/bench/loopback.mjs [rounds] [MiB]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { tcp } from '@towline/transport-tcp';

const chunkBytes = 1024 * 1024;
const psk = { identity: 'bench', key: Buffer.alloc(32, 7) };
const header = Buffer.alloc(100, 1);
const ways = /** @type {const} */ (['socket', 'plain', 'psk']);

/** @typedef {(typeof ways)[number]} Way */

/** @param {Way} way @param {number} chunks */
async function receive(way, chunks) {
  const start = performance.now();
  await (way === 'socket' ? receiveBySocket(chunks) : receiveByTransport(way, chunks));
  const seconds = (performance.now() - start) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return { mbPerSecond: (chunks * chunkBytes) / 1e6 / seconds, peakMiB };
}

/** @param {number} chunks */
async function receiveBySocket(chunks) {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  let left = chunks * chunkBytes;
  const port = Number(process.env['PORT']);
  await new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      onread: {
        buffer,
        callback(bytesRead) {
          left -= bytesRead;
          if (left === 0) resolve(undefined);
          return true;
        },
      },
    });
    socket.on('close', resolve);
  });
}

/** @param {Way} way @param {number} chunks */
async function receiveByTransport(way, chunks) {
  const transport = await tcp({ endpointId: 'receiver', ...(way === 'psk' && { psk }) });
  transport.addAddresses?.('owner', [`127.0.0.1:${process.env['PORT']}`]);
  let left = chunks;
  await new Promise((resolve) => {
    transport.onMessage((message) => {
      message.release?.();
      left -= 1;
      if (left === 0) resolve(undefined);
    });
    void transport.send('owner', { header, body: [] });
  });
  await transport.close();
}

/** @param {Way} way @param {number} chunks @returns {Promise<{ port: number, close: () => unknown }>} */
async function serve(way, chunks) {
  const body = [Buffer.allocUnsafeSlow(chunkBytes).fill(5)];
  if (way === 'socket') {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      void (async () => {
        for (let sent = 0; sent < chunks; sent += 1) {
          await new Promise((resolve) => socket.write(body[0] ?? '', resolve));
        }
        socket.end();
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return { port: address && typeof address === 'object' ? address.port : 0, close: () => server.close() };
  }
  const transport = await tcp({
    endpointId: 'owner',
    listen: '127.0.0.1:0',
    ...(way === 'psk' && { psk: { keys: (identity) => (identity === psk.identity ? { key: psk.key } : undefined) } }),
  });
  transport.onMessage((_message, from) => {
    void (async () => {
      for (let sent = 0; sent < chunks; sent += 1) await transport.send(from.peerId, { header, body });
    })();
  });
  return { port: Number(transport.addresses?.[0]?.split(':')[1]), close: () => transport.close() };
}

/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const way = /** @type {Way | undefined} */ (process.env['WAY']);
if (way) {
  process.send?.(await receive(way, Number(process.env['CHUNKS'])));
} else {
  const [rounds = 5, chunks = 1024] = process.argv.slice(2).map(Number);
  /** @type {Record<Way, { mbPerSecond: number, peakMiB: number }[]>} */
  const results = { socket: [], plain: [], psk: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const each of ways) {
      const server = await serve(each, chunks);
      const env = { ...process.env, WAY: each, PORT: String(server.port), CHUNKS: String(chunks) };
      const child = fork(fileURLToPath(import.meta.url), { env });
      const [result] = await once(child, 'message');
      results[each].push(result);
      await server.close();
    }
  }
  for (const each of ways) {
    const rates = results[each].map(({ mbPerSecond }) => Math.round(mbPerSecond));
    const peak = Math.round(Math.max(...results[each].map(({ peakMiB }) => peakMiB)));
    const range = `[${Math.min(...rates)}–${Math.max(...rates)}]`;
    process.stdout.write(`${each.padEnd(7)} ${median(rates)} MB/s median ${range}, receiver peak ${peak} MiB\n`);
  }
}
