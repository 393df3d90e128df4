// @ts-check
// Servers that are not ours, as peers: started on a port of loopback, ended when the bench says so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port that is free now; these servers cannot choose one themselves. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {number} port */
export async function untilItListens(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
      return socket.destroy();
    } catch {
      await sleep(20);
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}

/**
 * Runs a server until a line comes on standard input.
 * @param {string} command
 * @param {readonly string[]} words
 */
export async function runUntilTold(command, words) {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  await once(process.stdin, 'data');
  process.stdin.destroy();
  child.kill('SIGTERM');
  await once(child, 'exit');
}
