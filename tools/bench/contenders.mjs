// @ts-check
// Who takes part, and who of them is here.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} owner a script of `peers`
 * @property {string} receiver a script of `peers`
 * @property {Record<string, unknown>} [settings] for both
 * @property {readonly string[]} [commands] of the system, that it needs
 * @property {readonly string[]} [packages] of this folder's own manifest, that it needs
 */

const files = { owner: 'towline-owner.mjs', receiver: 'towline-receiver.mjs' };
const plain = { owner: 'plain-owner.mjs', receiver: 'plain-receiver.mjs' };
const grpc = { owner: 'grpc-owner.mjs', receiver: 'grpc-receiver.mjs', packages: ['@grpc/grpc-js'] };
const tensors = { owner: 'tensor-owner.mjs', receiver: 'tensor-receiver.mjs' };
const batches = { owner: 'batches-owner.mjs', receiver: 'batches-receiver.mjs' };
const client = 'client-receiver.mjs';

/** @satisfies {Record<string, Contender>} */
export const contenders = {
  towline: { name: 'towline', ...files },
  towlineFile: { name: 'towline, a file', ...files },
  towlineEncrypted: { name: 'towline, encrypted with a ticket', ...files, settings: { encrypted: true } },
  towlineTensors: { name: 'towline, tensors', ...tensors },
  towlineInto: { name: 'towline, tensors into memory that is there', ...tensors, settings: { usesMemoryAgain: true } },
  towlineNumbers: { name: 'towline, batches of numbers', ...batches },
  towlineTexts: { name: 'towline, batches of numbers and texts', ...batches, settings: { hasTexts: true } },
  towlineObjects: { name: 'towline', owner: 'objects-owner.mjs', receiver: 'objects-receiver.mjs' },
  plainChecked: { name: 'plain copy, checksum per chunk', ...plain, settings: { checksum: true } },
  plain: { name: 'plain copy', ...plain },
  plainTwo: { name: 'plain copy, two connections', ...plain, settings: { connections: 2 } },
  plainCheckedTwo: {
    name: 'plain copy, two connections, checksum per chunk',
    ...plain,
    settings: { connections: 2, checksum: true },
  },
  plainMemory: {
    name: 'plain copy from memory to memory, checksum per chunk',
    ...plain,
    settings: { checksum: true, fromMemory: true },
  },
  plainTls: { name: 'plain TLS copy', ...plain, settings: { encrypted: true } },
  nginx: {
    name: 'nginx and curl',
    owner: 'nginx-owner.mjs',
    receiver: client,
    settings: { client: 'curl' },
    commands: ['nginx', 'curl'],
  },
  http: { name: 'node:http and undici', owner: 'http-owner.mjs', receiver: 'http-receiver.mjs' },
  rsync: {
    name: 'rsync',
    owner: 'rsync-owner.mjs',
    receiver: client,
    settings: { client: 'rsync' },
    commands: ['rsync'],
  },
  grpc: { name: 'grpc-js stream', ...grpc },
  grpcBatches: { name: 'grpc-js stream of the same bytes', ...grpc, settings: { arrow: true } },
  nats: {
    name: 'NATS object store',
    owner: 'nats-owner.mjs',
    receiver: 'nats-receiver.mjs',
    commands: ['nats-server'],
    packages: ['@nats-io/transport-node', '@nats-io/obj'],
  },
};

/** @param {string} name of a package that is installed apart from the project's */
export function isInstalled(name) {
  return existsSync(fileURLToPath(new URL(`node_modules/${name}/package.json`, import.meta.url)));
}

/** @param {string} command */
const isCommand = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/**
 * What a contender needs and this machine has not.
 * @param {Contender} contender
 */
export function missingFor({ commands = [], packages = [] }) {
  return [...commands.filter((each) => !isCommand(each)), ...packages.filter((each) => !isInstalled(each))];
}
