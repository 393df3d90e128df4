import {
  type Clock,
  DownloadError,
  type IdentityStrength,
  type IncomingMessage,
  type OutgoingMessage,
  type PeerLink,
  type Random,
} from '@towline/downloader-core/spi';
import { Direction } from './direction.ts';
import type { Fault } from './faults.ts';

/** What a link knows of the endpoint at one of its ends. */
export interface LinkEnd {
  readonly endpointId: string;
  readonly strength: IdentityStrength;
  readonly transactionId: string | undefined;
  readonly isPaused: boolean;
  receive(message: IncomingMessage, from: PeerLink): void;
  forgetLink(peerId: string): void;
  notifyLost(link: PeerLink, cause: Error | undefined): void;
}

/** What a link shares with its network. */
export interface LinkSurroundings {
  readonly clock: Clock;
  readonly random: Random;
}

/** The error of sends, and of both ends, when a link simply ended. */
export function linkLost(peer: string, message = 'the link was cut'): DownloadError {
  return new DownloadError('link_lost', message, { peer });
}

/** One period of connection between two endpoints. */
export class MemoryLink {
  readonly #linkId: string;
  readonly #ends: readonly [LinkEnd, LinkEnd];
  readonly #directions: readonly [Direction, Direction];
  #hasEnded = false;

  constructor(linkId: string, ends: readonly [LinkEnd, LinkEnd], surroundings: LinkSurroundings) {
    this.#linkId = linkId;
    this.#ends = ends;
    const [first, second] = ends;
    this.#directions = [this.#direction(first, second, surroundings), this.#direction(second, first, surroundings)];
  }

  /** Messages on their way, both directions. */
  get size(): number {
    return this.#directions[0].size + this.#directions[1].size;
  }

  carry(
    from: LinkEnd,
    message: OutgoingMessage,
    fault: Fault | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.#directions[this.#indexOf(from)].carry(message, fault, signal);
  }

  peerOf(end: LinkEnd): LinkEnd {
    return this.#ends[1 - this.#indexOf(end)] as LinkEnd;
  }

  /** The end that was paused reads again. */
  resume(): void {
    for (const direction of this.#directions) direction.resume();
  }

  /** Lets everything arrive that `from` sent and that is due and taken. */
  flush(from: LinkEnd): void {
    this.#directions[this.#indexOf(from)].flush();
  }

  /**
   * Ends the link: nothing arrives from now on, what is queued rejects, and both ends hear of it in a microtask. A new
   * link of the two delivers later than that.
   */
  end(causeFor: (end: LinkEnd) => Error | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const end of this.#ends) {
      const peer = this.peerOf(end);
      end.forgetLink(peer.endpointId);
      const cause = causeFor(end);
      this.#directions[this.#indexOf(end)].end(cause ?? linkLost(peer.endpointId, 'the link was closed'));
      queueMicrotask(() => end.notifyLost(this.#seenFrom(peer), cause));
    }
  }

  #direction(from: LinkEnd, to: LinkEnd, { clock, random }: LinkSurroundings): Direction {
    const peerLink = this.#seenFrom(from);
    return new Direction({
      clock,
      random,
      isPaused: () => to.isPaused,
      deliver: (message) => {
        if (!this.#hasEnded) to.receive(message, peerLink);
      },
      cut: () => {
        this.end((end) => linkLost(this.peerOf(end).endpointId));
        return linkLost(to.endpointId);
      },
    });
  }

  /** The link as the other end sees it. */
  #seenFrom({ endpointId, strength, transactionId }: LinkEnd): PeerLink {
    const link: PeerLink = { peerId: endpointId, linkId: this.#linkId, strength };
    return transactionId === undefined ? link : { ...link, transactionId };
  }

  #indexOf(end: LinkEnd): 0 | 1 {
    return end === this.#ends[0] ? 0 : 1;
  }
}
