import {
  type Clock,
  DownloadError,
  type IdentityStrength,
  idProblem,
  type OutgoingMessage,
  type Random,
  systemClock,
  type TransportCapabilities,
} from '@towline/downloader-core/spi';
import { type Fault, type FaultFunction, faultFunction, type FaultPlan } from './faults.ts';
import { linkLost, MemoryLink } from './memory-link.ts';
import { MemoryEndpoint, type MemoryTransport } from './memory-endpoint.ts';
import { bodyBytesOf } from './message-copies.ts';
import { seededRandom } from './seeded-random.ts';

const smallestMaxMessageBytes = 131_072;
const defaultMaxMessageBytes = 64 * 1024 * 1024 + smallestMaxMessageBytes;

/** What a network is made of. */
export interface MemoryNetworkOptions {
  /** Times delays and refusals. Default: the system's. Without faults of that kind no timer is ever set. */
  readonly clock?: Clock;
  /** What goes wrong. With a plan, endpoints declare themselves `lossy`. Default: nothing does. */
  readonly faults?: FaultPlan;
  /** For everything random: drawn faults, corrupted bytes, instance ids. Default 1. */
  readonly seed?: number;
}

/** What an endpoint of a {@link MemoryNetwork} is to others. */
export interface EndpointOptions {
  /** Default: a random one. */
  readonly instanceId?: string;
  /** How sure peers are of this endpoint's identity. Default `proven`. */
  readonly strength?: IdentityStrength;
  /** The largest message, at least 131 072 bytes. Default 64 MiB + 128 KiB. */
  readonly maxMessageBytes?: number;
  /** Peers see this endpoint's links as limited to that transaction. */
  readonly transactionId?: string;
  /** Takes the ArrayBuffers of sent bodies away for real; the endpoint then no longer `handsOver`. Default false. */
  readonly detachesBodies?: boolean;
  /** What the endpoint says about where it can be dialled; nothing here reads it. */
  readonly addresses?: readonly string[];
}

/**
 * Endpoints in one process that reach each other by id, without copies of bodies. Everything arrives asynchronously and,
 * for one seed and one order of calls, always in the same order.
 */
export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faultOf: FaultFunction | undefined;
  readonly #endpoints = new Map<string, MemoryEndpoint>();
  readonly #sentCounts = new Map<string, number>();
  readonly #refusedUntilMs = new Map<string, number>();
  #lastLinkNumber = 0;

  /** A network without endpoints. What its faults and ids are depends on `seed` alone. */
  constructor({ clock = systemClock, faults, seed = 1 }: MemoryNetworkOptions = {}) {
    this.#clock = clock;
    this.#random = seededRandom(seed);
    this.#faultOf = faults && faultFunction(faults, this.#random);
  }

  /**
   * Makes an endpoint. A live one of the same id is replaced (rule W6): it loses its links with the code `replaced` and
   * cannot send any more. Where both are only `vouched`, the first keeps the name and the sends of the new one reject
   * `name_taken` (rule R9). Throws `invalid_argument`.
   */
  endpoint(endpointId: string, options: EndpointOptions = {}): MemoryTransport {
    checkEndpoint(endpointId, options);
    const endpoint = this.#create(endpointId, options);
    const older = this.#endpoints.get(endpointId);
    if (older?.strength === 'vouched' && endpoint.strength === 'vouched') {
      endpoint.endWith(new DownloadError('name_taken', `${endpointId} is another live endpoint`));
      return endpoint;
    }
    this.#endpoints.set(endpointId, endpoint);
    const replaced = new DownloadError('replaced', `a newer endpoint is called ${endpointId}`);
    older?.endWith(replaced, replaced);
    return endpoint;
  }

  /** Ends the link of two endpoints, if there is one; the next message makes a new one. */
  cut(oneId: string, otherId: string): void {
    const link = this.#endpoints.get(oneId)?.linkTo(otherId);
    link?.end((end) => linkLost(link.peerOf(end).endpointId));
  }

  /** Ends the link of two endpoints and keeps them apart for `forMs`: sends reject `unreachable`. */
  refuse(oneId: string, otherId: string, forMs: number): void {
    this.#refusedUntilMs.set(pairKey(oneId, otherId), this.#clock.now() + forMs);
    this.cut(oneId, otherId);
  }

  /** Messages sent that have neither arrived nor been lost. */
  get inFlight(): number {
    const seenTwice = [...this.#endpoints.values()].reduce((sum, endpoint) => sum + endpoint.inFlight, 0);
    return seenTwice / 2;
  }

  #create(endpointId: string, options: EndpointOptions): MemoryEndpoint {
    const { strength = 'proven', detachesBodies = false, maxMessageBytes = defaultMaxMessageBytes } = options;
    const capabilities: TransportCapabilities = {
      maxMessageBytes,
      encrypted: true,
      identity: strength,
      lossy: this.#faultOf !== undefined,
      detachesBodies,
      handsOver: !detachesBodies,
    };
    return new MemoryEndpoint({
      endpointId,
      instanceId: options.instanceId ?? this.#random.uuid(),
      strength,
      transactionId: options.transactionId,
      capabilities,
      addresses: options.addresses,
      carry: (from, to, message, signal) => this.#carry(from, to, message, signal),
      onClosed: (closed) => this.#remove(closed),
    });
  }

  #remove(endpoint: MemoryEndpoint): void {
    if (this.#endpoints.get(endpoint.endpointId) === endpoint) this.#endpoints.delete(endpoint.endpointId);
  }

  async #carry(from: MemoryEndpoint, to: string, message: OutgoingMessage, signal?: AbortSignal): Promise<void> {
    const fault = this.#nextFault(from.endpointId, to, message);
    if (fault?.kind === 'refuse') this.refuse(from.endpointId, to, fault.forMs);
    this.#checkReachable(from.endpointId, to);
    const peer = this.#endpoints.get(to) as MemoryEndpoint;
    peer.checkSize(message);
    await this.#linkOf(from, peer).carry(from, message, fault, signal);
  }

  #nextFault(from: string, to: string, message: OutgoingMessage): Fault | undefined {
    if (!this.#faultOf) return undefined;
    const direction = JSON.stringify([from, to]);
    const nth = (this.#sentCounts.get(direction) ?? 0) + 1;
    this.#sentCounts.set(direction, nth);
    return this.#faultOf({ nth, from, to, header: message.header, bodyBytes: bodyBytesOf(message) });
  }

  #checkReachable(from: string, to: string): void {
    const unreachable = (why: string): never => {
      throw new DownloadError('unreachable', `${to} ${why}`, { peer: to });
    };
    if (from === to) unreachable('is this endpoint itself');
    if (!this.#endpoints.has(to)) unreachable('is not on this network');
    if (this.#refusedUntilMs.size === 0) return;
    const key = pairKey(from, to);
    if ((this.#refusedUntilMs.get(key) ?? -Infinity) > this.#clock.now()) unreachable('cannot be reached for a while');
    this.#refusedUntilMs.delete(key);
  }

  #linkOf(from: MemoryEndpoint, peer: MemoryEndpoint): MemoryLink {
    const existing = from.linkTo(peer.endpointId);
    if (existing) return existing;
    this.#lastLinkNumber += 1;
    const surroundings = { clock: this.#clock, random: this.#random };
    const link = new MemoryLink(`memory-${this.#lastLinkNumber}`, [from, peer], surroundings);
    from.addLink(peer.endpointId, link);
    peer.addLink(from.endpointId, link);
    return link;
  }
}

const pairKey = (oneId: string, otherId: string): string => JSON.stringify([oneId, otherId].toSorted());

function checkEndpoint(endpointId: string, { maxMessageBytes = defaultMaxMessageBytes }: EndpointOptions): void {
  const problem = idProblem(endpointId);
  if (problem) throw new DownloadError('invalid_argument', `endpointId ${problem}`);
  if (!Number.isSafeInteger(maxMessageBytes) || maxMessageBytes < smallestMaxMessageBytes) {
    throw new DownloadError(
      'invalid_argument',
      `maxMessageBytes is not an integer of ${smallestMaxMessageBytes} or more`,
    );
  }
}
