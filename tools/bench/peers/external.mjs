// @ts-check
// Programs that are not ours, as peers. GNU time, where it is installed, tells what they used.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const time = '/usr/bin/time';
const isTimed = existsSync(time);

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
  for (let tries = 0; tries < 500; tries += 1) {
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
 * Starts a program in a process group of its own, which ends with this process.
 * @param {string} command
 * @param {readonly string[]} words
 * @param {string} directory for the account of what it used
 */
export function startProgram(command, words, directory) {
  const account = join(directory, `used-${process.pid}.txt`);
  const line = [command, ...words];
  const [program = '', ...rest] = isTimed ? [time, '-q', '-f', '%U %S %M', '-o', account, ...line] : line;
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  // Not the time that measures them: it ends by itself, and passes this signal over.
  const interrupt = () => child.exitCode === null && child.pid && process.kill(-child.pid, 'SIGINT');
  process.once('exit', interrupt);
  // Else a signal would end this process without a word to the program.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const exited = once(child, 'exit');
  /** Waits for its end. */
  async function ended() {
    const [code] = await exited;
    process.off('exit', interrupt);
    const used = isTimed ? readUsed(account) : {};
    await rm(account, { force: true });
    return { code, used };
  }
  return {
    ended,
    /** Ends it. */
    stop: () => {
      interrupt();
      return ended();
    },
  };
}

/** @param {string} account */
function readUsed(account) {
  const [user = 0, system = 0, kibibytes = 0] = (readFileSync(account, 'utf8').trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { peakMiB: kibibytes / 1024, cpuSeconds: user + system };
}
