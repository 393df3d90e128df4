// @ts-check
// Who takes part in the suites that carry files, and which of them are here.
import { spawnSync } from 'node:child_process';

/**
 * @typedef {{ name: string, owner: string, receiver: string, settings: Record<string, unknown>, needs?: readonly string[] }} Contender
 *   `needs`: commands of the system
 */

const plain = { owner: 'plain-owner.mjs', receiver: 'plain-receiver.mjs' };

/** @type {Contender} */
const towline = { name: 'towline', owner: 'towline-owner.mjs', receiver: 'towline-receiver.mjs', settings: {} };
/** The peer that ratios are told against. */
export const reference = 'plain copy, checksum per chunk';

/** @type {readonly Contender[]} */
export const fileContenders = [
  towline,
  { name: reference, ...plain, settings: { checksum: true } },
  { name: 'plain copy', ...plain, settings: { checksum: false } },
  {
    name: 'nginx and curl',
    owner: 'nginx-owner.mjs',
    receiver: 'curl-receiver.mjs',
    settings: {},
    needs: ['nginx', 'curl'],
  },
  { name: 'node:http and undici', owner: 'http-owner.mjs', receiver: 'http-receiver.mjs', settings: {} },
  { name: 'rsync', owner: 'rsync-owner.mjs', receiver: 'rsync-receiver.mjs', settings: {}, needs: ['rsync'] },
];

/** @type {readonly Contender[]} */
export const fanoutContenders = fileContenders.filter(({ name }) => ['towline', reference].includes(name));

/**
 * Those whose commands are installed; the others are named.
 * @param {readonly Contender[]} contenders
 */
export function installed(contenders) {
  return contenders.filter(({ name, needs = [] }) => {
    const missing = needs.filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
    if (missing.length > 0)
      console.log(`skipped: ${name}, since ${missing.join(' and ')} is not installed (--install-peers)`);
    return missing.length === 0;
  });
}

/** Gets the commands from the system's packages. */
export function installPeers() {
  const words = ['install', '--yes', '--no-install-recommends', 'nginx-light', 'curl', 'rsync'];
  const { status } = spawnSync('apt-get', words, { stdio: 'inherit' });
  if (status !== 0) throw new Error('the system’s packages could not be installed');
}
