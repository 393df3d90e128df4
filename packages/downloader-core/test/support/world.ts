import {
  type DownloadOptions,
  downloadObject,
  DownloadService,
  type DownloadServiceOptions,
  type Consumer,
  type Logger,
  type ProgressEvent,
  type Ref,
} from '@towline/downloader-core';
import {
  type EndpointOptions,
  type FaultPlan,
  ManualClock,
  MemoryNetwork,
  seededRandom,
  settle,
} from '@towline/transport-memory';

import type { Transport } from '../../src/base/transport.ts';
import { loadHasher } from '../../src/base/hash.ts';
import { unpack } from '../../src/wire/pack.ts';

// Loading takes real time, which a fake clock does not see: it is done before any test begins.
await loadHasher();

/** One message as it was sent. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly header: Readonly<Record<string, unknown>>;
}

/** A log line. */
export interface Line {
  readonly level: keyof Logger;
  readonly message: string;
}

/** One process-like world: a network with a fake clock, an owner, and as many receivers as a test wants. */
export class World {
  readonly clock = new ManualClock();
  readonly sent: Sent[] = [];
  readonly lines: Line[] = [];
  readonly network: MemoryNetwork;
  readonly owner: DownloadService;
  readonly #services: DownloadService[] = [];
  readonly #random = seededRandom(7);
  readonly #isLossy: boolean;

  /** `lossy`: what the endpoints say of themselves; by default they do when there are faults. */
  constructor({
    faults,
    lossy = faults !== undefined,
    ownerId = 'owner',
    ...options
  }: { faults?: FaultPlan; lossy?: boolean; ownerId?: string } & Partial<DownloadServiceOptions> = {}) {
    this.#isLossy = lossy;
    this.network = new MemoryNetwork({ clock: this.clock, faults: this.#watched(faults) });
    this.owner = this.service(ownerId, options);
  }

  /** A service of its own endpoint. */
  service(id: string, options: Partial<DownloadServiceOptions> = {}, endpoint: EndpointOptions = {}): DownloadService {
    const transport = this.network.endpoint(id, endpoint);
    // A plan that only watches loses nothing.
    const capabilities = { ...transport.capabilities, lossy: this.#isLossy };
    return this.serviceOn(Object.assign(transport, { capabilities }), options);
  }

  /** A service of an endpoint that is there. */
  serviceOn(transport: Transport, options: Partial<DownloadServiceOptions> = {}): DownloadService {
    const service = new DownloadService({
      transport,
      clock: this.clock,
      random: this.#random,
      logger: this.#logger(),
      ...options,
    });
    this.#services.push(service);
    return service;
  }

  /** Starts a download and gives its promise, with rejections observed. */
  start<R>(service: DownloadService, ref: Ref, consumer: Consumer<R>, options: DownloadOptions = {}): Promise<R> {
    const running = downloadObject(service, ref, consumer, options);
    running.catch(() => {});
    return running;
  }

  /** Downloads with time moving on as needed. */
  download<R>(service: DownloadService, ref: Ref, consumer: Consumer<R>, options: DownloadOptions = {}): Promise<R> {
    return this.clock.runUntil(this.start(service, ref, consumer, options));
  }

  /** Kinds of the messages sent, of one sender if it is given. */
  kinds(from?: string): string[] {
    return this.sent.filter((message) => from === undefined || message.from === from).map(({ kind }) => kind);
  }

  /** Lets everything come to rest that waits for no timer. */
  async rest(): Promise<void> {
    await settle();
  }

  /** Shuts every service down; gives the number of timers that are left. */
  async close(): Promise<number> {
    await this.clock.runUntil(Promise.all(this.#services.map((service) => service.shutdown())));
    return this.clock.pending;
  }

  #watched(faults: FaultPlan | undefined): FaultPlan {
    return (subject) => {
      const header = fieldsOf(subject.header);
      this.sent.push({ from: subject.from, to: subject.to, kind: String(header['kind']), header });
      return typeof faults === 'function' ? faults(subject) : undefined;
    };
  }

  #logger(): Logger {
    const log = (level: keyof Logger) => (message: string) => void this.lines.push({ level, message });
    return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  }
}

/** The fields of a header; none of one that cannot be read. */
function fieldsOf(header: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return unpack(header);
  } catch {
    return { kind: 'unreadable' };
  }
}

/** The states of a list of progress events, and what they count. */
export function traceOf(events: readonly ProgressEvent[]): {
  states: string[];
  bytes: number[];
  items: (number | undefined)[];
} {
  return {
    states: events.map(({ state }) => state),
    bytes: events.map(({ bytesDone }) => bytesDone),
    items: events.map(({ itemsDone }) => itemsDone),
  };
}
