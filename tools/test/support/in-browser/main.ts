// The script of the page in which a test calls these functions.
import { addTensors, downloadTensors } from '@towline/adapter-tensor';
import { DownloadService, isDownloadError } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { dictOf, patternTensor } from '../../../../packages/adapter-tensor/test/support/dicts.ts';
import { suites } from './suites.ts';

/** How a scenario ended: `passed`, or what was found. */
async function runScenario(suite: string, id: string): Promise<string> {
  const scenarios = (await suites[suite]?.()) ?? [];
  const scenario = scenarios.find((one) => one.id === id);
  if (scenario === undefined) return 'no such scenario';
  return scenario.run().then(() => 'passed', String);
}

/** What travels when one tensor of two differs from the base: bytes, or the code of the failure. */
async function pullOnBase(digest: 'xxh64' | 'sha256'): Promise<string> {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('receiver') });
  const [a, b, changed] = [1, 2, 3].map((seed) => patternTensor('U8', [1000], seed));
  if (!a || !b || !changed) throw new Error('there are three');
  try {
    const transaction = owner.newTransaction({ timeoutMs: 10_000, receiverCount: 1 });
    const ref = await addTensors(transaction, dictOf({ a, b: changed }));
    await downloadTensors(receiver, ref, { base: dictOf({ a, b }), digest });
    return `${(await transaction.complete()).goodputBytes} bytes`;
  } catch (thrown) {
    return isDownloadError(thrown) ? thrown.code : String(thrown);
  } finally {
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
  }
}

Object.assign(globalThis, { runScenario, pullOnBase });
