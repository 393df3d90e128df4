import {
  downloadObject,
  DownloadService,
  isDownloadError,
  type Outcome,
  type ProgressEvent,
  type Ref,
  type Transaction,
} from '@towline/downloader-core';
import type { Transport } from '@towline/downloader-core/spi';
import { type FaultSchedule, ManualClock, MemoryNetwork, seededRandom } from '@towline/transport-memory';

import { loadHasher } from '../../src/base/hash.ts';
import { unpack } from '../../src/wire/pack.ts';
import { ChunkList, Collector } from './objects.ts';

await loadHasher();

/** What one schedule of faults came to. */
export interface ScheduleResult {
  readonly transfers: number;
  readonly completed: number;
  readonly failed: number;
  /** Receivers that completed and were not heard. */
  readonly unconfirmed: number;
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[];
}

interface Transfer {
  readonly receiverId: string;
  readonly ref: Ref;
  readonly expected: string;
  result?: PromiseSettledResult<string>;
}

/** Transfers 1–5 objects to 1–8 receivers under the faults of a seed, and looks for anything that breaks the contract. */
export async function runSchedule(seed: number): Promise<ScheduleResult> {
  const random = seededRandom(seed);
  const upTo = (limit: number): number => Math.floor(random.fraction() * limit);
  const clock = new ManualClock();
  const network = new MemoryNetwork({ clock, seed, faults: drawSchedule(() => random.fraction(), upTo) });
  const truth = new Truth(clock);
  const transport = truth.watch(network.endpoint('owner', { maxMessageBytes: 131_072 }));
  const owner = new DownloadService({ transport, clock, random });
  const receiverIds = Array.from({ length: 1 + upTo(8) }, (_, index) => `r${index}`);
  const transaction = owner.newTransaction({
    timeoutMs: 60_000 + upTo(120_000),
    ...declared(receiverIds, upTo(2) === 0),
    onProgress: truth.onProgress,
  });
  const objects = Array.from({ length: 1 + upTo(5) }, () => drawObject(upTo));
  const refs = objects.map((object) => transaction.addObject(object));
  const services = receiverIds.map(
    (id) => new DownloadService({ transport: network.endpoint(id, { maxMessageBytes: 131_072 }), clock, random }),
  );
  const transfers = receiverIds.flatMap((receiverId) =>
    refs.map((ref, index): Transfer => ({ receiverId, ref, expected: objects[index]?.chunks.flat().join('') ?? '' })),
  );
  const running = transfers.map((transfer, index) => {
    const service = services[Math.floor(index / refs.length)] ?? owner;
    const options = { windowBytes: 1 + upTo(400_000), maxRetries: upTo(6) };
    return downloadObject(service, transfer.ref, new Collector(), options).then(
      (value) => void (transfer.result = { status: 'fulfilled', value: value.replaceAll('|', '') }),
      (reason: unknown) => void (transfer.result = { status: 'rejected', reason }),
    );
  });
  const outcomeOf = transaction.complete();
  await clock.runUntil(Promise.all(running));
  const outcome = await clock.runUntil(outcomeOf);
  const problems = [
    ...transfers.flatMap((transfer) => problemsOf(transfer, outcome, truth)),
    ...(await leftOvers(clock, network, owner, services, transaction)),
  ];
  const fulfilled = transfers.filter(({ result }) => result?.status === 'fulfilled');
  return {
    transfers: transfers.length,
    completed: fulfilled.length,
    failed: transfers.length - fulfilled.length,
    unconfirmed: fulfilled.filter((transfer) => recorded(transfer, outcome)?.status !== 'success').length,
    problems: problems.map((problem) => `seed ${seed}: ${problem}`),
  };
}

function declared(receivers: string[], byName: boolean): { receivers: string[] } | { receiverCount: number } {
  return byName ? { receivers } : { receiverCount: receivers.length };
}

function drawSchedule(fraction: () => number, upTo: (limit: number) => number): FaultSchedule {
  const heat = fraction() ** 2 * 0.2;
  const probabilities = {
    drop: fraction() * heat,
    delay: fraction() * heat,
    duplicate: fraction() * heat,
    reorder: fraction() * heat,
    corrupt: fraction() * heat,
    cut: fraction() * heat * 0.4,
    refuse: fraction() * heat * 0.2,
  };
  return { probabilities, maxFaults: upTo(3) === 0 ? 10_000 : upTo(60), maxFaultMs: 1 + upTo(8000) };
}

// Some chunks are larger than a message, so that they are cut.
function drawObject(upTo: (limit: number) => number): ChunkList {
  const chunks = Array.from({ length: upTo(9) }, (_, index) =>
    `${index}`.repeat(upTo(30) === 0 ? 150_000 + upTo(150_000) : 1 + upTo(40)),
  );
  const object = new ChunkList(chunks);
  Object.assign(object, { maxChunkBytes: 400_000 });
  return object;
}

function recorded({ receiverId, ref }: Transfer, outcome: Outcome): { status: string; reason?: string } | undefined {
  const ofRef = outcome.refs.find(({ refId }) => refId === ref.refId);
  return ofRef?.receivers.find((receiver) => receiver.receiverId === receiverId);
}

function problemsOf(transfer: Transfer, outcome: Outcome, truth: Truth): string[] {
  const { receiverId, ref, expected, result } = transfer;
  const said = recorded(transfer, outcome);
  const where = `${receiverId} on ${ref.refId.slice(0, 8)}`;
  const problems: string[] = [];
  if (result?.status === 'fulfilled' && result.value !== expected) problems.push(`${where} got another object`);
  if (result?.status === 'rejected' && !isDownloadError(result.reason))
    problems.push(`${where} failed with ${String(result.reason)}`);
  if (result?.status === 'rejected' && said?.status === 'success')
    problems.push(`${where} failed, and the outcome says success`);
  if (result?.status === 'fulfilled' && said?.status !== 'success' && said?.reason !== 'unconfirmed') {
    problems.push(`${where} completed, and the outcome says ${said?.status}/${said?.reason}`);
  }
  if (said?.reason === 'unconfirmed' && truth.wasHeard(receiverId, ref.refId)) {
    problems.push(`${where} is unconfirmed, though its confirmation came in time`);
  }
  return problems;
}

/** What came to the owner in time: the one excuse for `unconfirmed` is that no confirmation did. */
class Truth {
  readonly #clock: ManualClock;
  readonly #greeted = new Set<string>();
  readonly #heardAtMs = new Map<string, number>();
  readonly #finalAtMs = new Map<string, number>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** The transport, with every intact confirmation of a success noted as it arrives. */
  watch(transport: Transport): Transport {
    transport.onMessage(({ header }, { peerId, linkId }) => {
      const { kind, status, refId } = unpack(header);
      if (kind === 'hello') this.#greeted.add(linkId);
      // A message that a cut moved to a link without a greeting is lost (rule W5).
      if (!this.#greeted.has(linkId)) return;
      const key = JSON.stringify([peerId, refId]);
      if (kind === 'confirm' && status === 'success' && !this.#heardAtMs.has(key))
        this.#heardAtMs.set(key, this.#clock.now());
    });
    return transport;
  }

  readonly onProgress = ({ state, receiverId, refId }: ProgressEvent): void => {
    if (state === 'failed' || state === 'aborted')
      this.#finalAtMs.set(JSON.stringify([receiverId, refId]), this.#clock.now());
  };

  wasHeard(receiverId: string, refId: string): boolean {
    const key = JSON.stringify([receiverId, refId]);
    return (this.#heardAtMs.get(key) ?? Infinity) < (this.#finalAtMs.get(key) ?? Infinity);
  }
}

async function leftOvers(
  clock: ManualClock,
  network: MemoryNetwork,
  owner: DownloadService,
  services: readonly DownloadService[],
  transaction: Transaction,
): Promise<string[]> {
  // What is still on its way arrives and finds nothing to do.
  await clock.advance(20_000);
  const { budget, downloads, transactions } = owner.stats();
  const problems: string[] = [];
  if (budget.usedBytes > 0) problems.push(`${budget.usedBytes} bytes of the budget are still held`);
  if (transactions > 0 || owner.transaction(transaction.transactionId)) problems.push('the transaction is still there');
  if (downloads + services.reduce((sum, service) => sum + service.stats().downloads, 0) > 0)
    problems.push('downloads are still open');
  await clock.runUntil(Promise.all([owner, ...services].map((service) => service.shutdown())));
  if (network.inFlight > 0) problems.push(`${network.inFlight} messages are still in flight`);
  if (clock.pending > 0) problems.push(`${clock.pending} timers are left`);
  return problems;
}
