// @ts-check
// The peers, and what draws the plots: from the system's packages, and from npm into this folder, apart from the project's own dependencies.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../system-packages.mjs';

const systemPackages = ['nginx-light', 'curl', 'rsync', 'nats-server', 'time'];

export function installPeers() {
  installPackages(systemPackages);
  const here = fileURLToPath(new URL('.', import.meta.url));
  const { status } = spawnSync('npm', ['ci', '--prefix', here], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci ended with ${status}`);
}
