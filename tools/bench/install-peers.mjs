// @ts-check
// The peers, and what draws the plots: from the system's packages, and from npm into this folder, apart from the project's own dependencies.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const systemPackages = ['nginx-light', 'curl', 'rsync', 'nats-server', 'time'];

export function installPeers() {
  run('apt-get', ['install', '--yes', '--no-install-recommends', ...systemPackages]);
  run('npm', ['ci', '--prefix', fileURLToPath(new URL('.', import.meta.url))]);
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 */
function run(command, words) {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${words[0]} ended with ${status}`);
}
