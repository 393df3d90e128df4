import {
  type Consumer,
  type DownloadOptions,
  downloadObject,
  DownloadService,
  type Logger,
  type Outcome,
} from '@towline/downloader-core';
import { type EndpointOptions, type FaultPlan, MemoryNetwork } from '@towline/transport-memory';
import type { AnyDownloadable } from './walk.ts';

/** How a transfer of the suite is made. */
export interface TransferOptions {
  readonly faults?: FaultPlan;
  readonly seed?: number;
  readonly download?: DownloadOptions;
  readonly endpoint?: EndpointOptions;
  readonly receivers?: number;
}

/** What a transfer came to. */
export interface Transferred<R> {
  readonly results: PromiseSettledResult<R>[];
  readonly outcome: Outcome;
  /** Warnings and errors of the owner's log. */
  readonly complaints: readonly string[];
}

// Real adapters do real input and output, so time is real here; all waits are short.
const patience: DownloadOptions = { requestTimeoutMs: 250, backoffBaseMs: 1, backoffCapMs: 10, maxRetries: 1000 };

/** Hands an object to consumers through an engine of its own, over a network in memory. */
export async function transfer<R>(
  object: AnyDownloadable,
  makeConsumer: () => Consumer<R> | Promise<Consumer<R>>,
  options: TransferOptions = {},
): Promise<Transferred<R>> {
  const { faults, seed = 1, receivers = 1, endpoint = {} } = options;
  const network = new MemoryNetwork({ seed, ...(faults ? { faults } : {}) });
  const complaints: string[] = [];
  const owner = new DownloadService({
    transport: network.endpoint('owner', endpoint),
    logger: complaining(complaints),
  });
  const names = Array.from({ length: receivers }, (_, index) => `receiver-${index}`);
  const services = names.map((name) => new DownloadService({ transport: network.endpoint(name, endpoint) }));
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receivers: names });
  try {
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const consumers = await Promise.all(services.map(makeConsumer));
    const results = await Promise.allSettled(
      services.map((service, index) =>
        downloadObject(service, ref, consumers[index] as Consumer<R>, { ...patience, ...options.download }),
      ),
    );
    // A receiver that was given up is not waited for until its budget ends.
    if (results.some(({ status }) => status === 'rejected')) void transaction.delete();
    return { results, outcome: await outcome, complaints };
  } finally {
    await Promise.all([owner, ...services].map((service) => service.shutdown()));
  }
}

function complaining(complaints: string[]): Logger {
  const ignore = (): void => {};
  const note = (message: string): void => void complaints.push(message);
  return { debug: ignore, info: ignore, warn: note, error: note };
}
