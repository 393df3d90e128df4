// @ts-check
import { addTensors } from '@towline/adapter-tensor';
import { tensorFrom } from '@towline/adapter-tensor/safetensors';
import { DownloadService } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';

/** @typedef {import('@towline/downloader-core').DownloadOptions} DownloadOptions */
/** @typedef {(service: DownloadService, ref: import('@towline/downloader-core').Ref, options?: DownloadOptions) => Promise<unknown>} Receiver */
/**
 * @typedef {object} Scene
 * @property {Record<string, Receiver | undefined>} receivers `undefined`: expected, and never starts
 * @property {Partial<import('@towline/downloader-core').TransactionOptions>} [limits]
 * @property {(transaction: import('@towline/downloader-core').Transaction) => void} [meanwhile]
 */

const tensor = tensorFrom(new Float32Array(2 ** 17), [2 ** 17]);
const tensors = new Map(Array.from({ length: 16 }, (_, at) => [`layer ${at}`, tensor])); // 8 MiB

/**
 * Plays one transfer in memory, and prints what each receiver heard and what the owner's outcome says.
 * @param {string} title @param {Scene} scene
 */
export async function transfer(title, { receivers, limits = {}, meanwhile = () => {} }) {
  console.log(title);
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const transaction = owner.newTransaction({ timeoutMs: 5000, receivers: Object.keys(receivers), ...limits });
  const ref = await addTensors(transaction, { tensors });

  const heard = Object.entries(receivers).map(async ([name, receive]) => {
    if (!receive) return `  ${name} hears nothing`;
    const service = new DownloadService({ transport: network.endpoint(name) });
    const end = await receive(service, ref).then(allWell, codeOf);
    await service.shutdown();
    return `  ${name} hears ${end}`;
  });
  meanwhile(transaction);
  const { status, reason, quorumMet, receivers: all } = await transaction.complete();
  for (const line of await Promise.all(heard)) console.log(line);
  const each = all.map(({ receiverId, status, reason = status }) => `${receiverId} ${reason}`);
  console.log(
    `  outcome ${reason ? `${status} (${reason})` : status}: ${each.join(', ')}; quorum ${quorumMet ? 'met' : 'missed'}`,
  );
  await owner.shutdown();
}

const allWell = () => 'no error';

/** @param {import('@towline/downloader-core').DownloadError} error */
const codeOf = ({ code }) => code;
