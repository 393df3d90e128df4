import {
  type Consumer,
  type Downloadable,
  type DownloadOptions,
  downloadObject,
  DownloadService,
  type Logger,
  type Outcome,
} from '@towline/downloader-core';
import { type EndpointOptions, type FaultPlan, MemoryNetwork } from '@towline/transport-memory';
import { orAborted } from '../bounded.ts';

/** How a transfer of the suite is made. */
export interface TransferOptions {
  /** Ends it, whatever it waits for. */
  readonly signal: AbortSignal;
  readonly faults?: FaultPlan;
  /** What the faults are drawn from. Default 1. */
  readonly seed?: number;
  readonly download?: DownloadOptions;
  readonly endpoint?: EndpointOptions;
  /** The window of each receiver; as many receivers as windows. Default: one, with the usual window. */
  readonly windowsBytes?: readonly number[];
}

/** What a transfer came to. */
export interface Transferred<R> {
  /** One for each receiver. */
  readonly results: readonly PromiseSettledResult<R>[];
  readonly outcome: Outcome;
  /** Warnings and errors of the owner's log. */
  readonly complaints: readonly string[];
}

// Real adapters do real input and output, so time is real here; all waits are short. Faults come a dozen at most.
const patience: DownloadOptions = { requestTimeoutMs: 100, backoffBaseMs: 1, backoffCapMs: 10, maxRetries: 20 };
const callbackTimeoutMs = 2000;

/** Hands an object to consumers through an engine of its own, over a network in memory. */
export async function transfer<R>(
  object: Downloadable,
  makeConsumer: () => Promise<Consumer<R>>,
  options: TransferOptions,
): Promise<Transferred<R>> {
  const { faults, seed = 1, windowsBytes = [undefined], endpoint = {} } = options;
  const network = new MemoryNetwork({ seed, ...(faults ? { faults } : {}) });
  const complaints: string[] = [];
  const logger = complaining(complaints);
  const owner = new DownloadService({ transport: network.endpoint('owner', endpoint), logger, callbackTimeoutMs });
  const names = windowsBytes.map((_, index) => `receiver-${index + 1}`);
  const services = names.map((name) => new DownloadService({ transport: network.endpoint(name, endpoint) }));
  const transaction = owner.newTransaction({ timeoutMs: 60_000, receivers: names });
  try {
    const ref = transaction.addObject(object);
    const outcome = transaction.complete();
    const downloads = services.map(async (service, index) => {
      const windowBytes = windowsBytes[index];
      const own = windowBytes === undefined ? {} : { windowBytes };
      const common = { ...patience, signal: options.signal, ...options.download };
      return downloadObject(service, ref, await makeConsumer(), { ...common, ...own });
    });
    const results = await orAborted(Promise.allSettled(downloads), options.signal);
    // A receiver that was given up is not waited for until its budget ends.
    if (results.some(({ status }) => status === 'rejected')) void transaction.delete();
    return { results, outcome: await orAborted(outcome, options.signal), complaints };
  } finally {
    await Promise.all([owner, ...services].map((service) => service.shutdown()));
  }
}

const ignore = (): void => {};

function complaining(complaints: string[]): Logger {
  const note = (message: string): void => void complaints.push(message);
  return { debug: ignore, info: ignore, warn: note, error: note };
}
