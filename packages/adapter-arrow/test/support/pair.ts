import { DownloadService, type Outcome, type Ref, type Transaction } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { expect, onTestFinished } from 'vitest';

/** An object that is shared with one receiver. */
export interface Shared {
  readonly ref: Ref;
  readonly receiver: DownloadService;
  readonly outcome: () => Promise<Outcome>;
  /** Bytes of chunks that travelled, as the owner counts them. */
  readonly travelled: () => Promise<number>;
}

/** Shares what `add` adds, with one receiver, until the test ends. */
export async function share(add: (transaction: Transaction) => Promise<Ref>): Promise<Shared> {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('receiver') });
  onTestFinished(async () => void (await Promise.all([owner.shutdown(), receiver.shutdown()])));
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
  const ref = await add(transaction);
  const outcome = (): Promise<Outcome> => transaction.complete();
  return { ref, receiver, outcome, travelled: async () => (await outcome()).goodputBytes };
}

/** An error with this code. */
export const failing = (code: string, message = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
