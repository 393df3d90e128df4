import {
  type Consumer,
  DownloadService,
  downloadObject,
  loadHasher,
  type Outcome,
  type Ref,
  type Transaction,
} from '@towline/downloader-core';
import { ManualClock, MemoryNetwork, seededRandom } from '@towline/transport-memory';

/** Adds an object to a transaction: `(transaction) => addFile(transaction, path)`. */
export type Adding = (transaction: Transaction) => Ref | Promise<Ref>;

/** How {@link transferUnderFaults} transfers. */
export interface FaultyTransferOptions {
  /** Faults are drawn from it: equal seeds, equal faults. */
  readonly seed: number;
  /** The probability of each kind of fault for any one message, from 0 to 0.15. Default 0.02. */
  readonly heat?: number | undefined;
  /** The receiver's largest window, in bytes. Default: core's. */
  readonly windowBytes?: number | undefined;
}

/**
 * Transfers an object over a network in memory that drops, delays, repeats, reorders and damages messages and cuts links, twenty times
 * at most: then it has to arrive. Time is a clock that stands still, so nothing may wait for a disk or a real timer. Gives what the
 * download does.
 */
export async function transferUnderFaults<R>(
  add: Adding,
  consumer: Consumer<R>,
  { seed, heat = 0.02, windowBytes }: FaultyTransferOptions,
): Promise<R> {
  // Loading takes real time, which the clock does not see.
  await loadHasher();
  const clock = new ManualClock();
  const random = seededRandom(seed);
  const probabilities = { drop: heat, delay: heat, duplicate: heat, reorder: heat, corrupt: heat, cut: heat / 2 };
  const network = new MemoryNetwork({ clock, seed, faults: { probabilities, maxFaults: 20 } });
  const service = (id: string): DownloadService =>
    new DownloadService({ transport: network.endpoint(id), clock, random });
  const [owner, receiver] = [service('owner'), service('receiver')];
  const patience = { timeoutMs: 10_000_000, receiverIdleTimeoutMs: 1_000_000, receiverCount: 1 };
  const options = windowBytes === undefined ? { maxRetries: 100 } : { maxRetries: 100, windowBytes };
  try {
    const ref = await add(owner.newTransaction(patience));
    return await clock.runUntil(downloadObject(receiver, ref, consumer, options));
  } finally {
    await clock.runUntil(Promise.all([owner.shutdown(), receiver.shutdown()]));
  }
}

/** An object that is shared with one receiver; see {@link shareWithOne}. */
export interface Shared {
  /** Of the object. */
  readonly ref: Ref;
  /** To download with. */
  readonly receiver: DownloadService;
  /** Completes the transaction. */
  readonly outcome: () => Promise<Outcome>;
  /** Completes the transaction; gives the bytes of chunks that travelled, as the owner counts them. */
  readonly travelled: () => Promise<number>;
}

/**
 * Shares what `add` adds with one receiver, over a sound network in memory, until the test ends: `atEnd` is the test runner's way to
 * have something done then.
 */
export async function shareWithOne(add: Adding, atEnd: (end: () => Promise<void>) => void): Promise<Shared> {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('receiver') });
  atEnd(async () => void (await Promise.all([owner.shutdown(), receiver.shutdown()])));
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
  const ref = await add(transaction);
  const outcome = (): Promise<Outcome> => transaction.complete();
  return { ref, receiver, outcome, travelled: async () => (await outcome()).goodputBytes };
}
