import { asDownloadError, type Clock, DownloadError, isDownloadError } from '@towline/downloader-core/spi';
import { type Address, formatAddress, parseAddress } from './address.ts';
import type { SecuredSocket } from './connection.ts';
import { firstOf } from './first-of.ts';
import type { FrameReader } from './frame-reader.ts';
import type { DiallingSocket, OnRead, PeerProof } from './security.ts';
import { socketFailure } from './socket-errors.ts';

/** How long the dial of one address is alone before the next address is tried beside it. */
const staggerMs = 300;

const refusals: ReadonlySet<string> = new Set(['auth_failed', 'name_taken', 'replaced', 'version']);

export interface DialerOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly dial: (address: Address, peerId: string, onread: OnRead) => DiallingSocket;
  readonly createReader: () => FrameReader;
  /** Exchanges prefaces. Resolves when the peer is admitted; rejects when it is not who it should be or refuses us. */
  readonly greet: (socket: SecuredSocket, peerId: string, signal: AbortSignal) => Promise<void>;
}

interface Reached {
  readonly secured: SecuredSocket;
  readonly address: string;
}

/** Reaches a peer at one of its addresses. */
export class Dialer {
  readonly #options: DialerOptions;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the peer is admitted. The first address that answers securely is greeted; when something else turns
   * out to listen there, the others are tried. Rejects with the failure that says most.
   */
  async dial(peerId: string, addresses: readonly string[], signal: AbortSignal): Promise<void> {
    const left = new Set(addresses);
    const failures: unknown[] = [];
    while (left.size > 0) {
      try {
        const { secured, address } = await this.#reach(peerId, [...left], signal);
        left.delete(address);
        return await this.#options.greet(secured, peerId, signal);
      } catch (failure) {
        signal.throwIfAborted();
        failures.push(failure);
        if (failure instanceof AggregateError || isRefusal(failure)) break;
      }
    }
    throw mostTelling(peerId, failures);
  }

  #reach(peerId: string, addresses: readonly string[], signal: AbortSignal): Promise<Reached> {
    const attempts = addresses.map((address) => async (giveUp: AbortSignal): Promise<Reached> => {
      const secured = await this.#connect(parseAddress(address), peerId, giveUp);
      return { secured, address };
    });
    return firstOf(attempts, { clock: this.#options.clock, staggerMs, signal });
  }

  async #connect(address: Address, peerId: string, signal: AbortSignal): Promise<SecuredSocket> {
    const reader = this.#options.createReader();
    const onread: OnRead = {
      buffer: () => reader.nextBuffer(),
      callback: (bytesRead) => {
        reader.advance(bytesRead);
        return true;
      },
    };
    const dialling = this.#options.dial(address, peerId, onread);
    const proof = await this.#whenReady(dialling, address, signal);
    return { socket: dialling.socket, reader, proof };
  }

  #whenReady(
    { socket, readyEvent, verify }: DiallingSocket,
    address: Address,
    signal: AbortSignal,
  ): Promise<PeerProof> {
    const where = formatAddress(address);
    return new Promise((resolve, reject) => {
      const fail = (failure: DownloadError): void => {
        cancelDeadline();
        socket.destroy();
        reject(failure);
      };
      const cancelDeadline = this.#options.clock.setTimer(this.#options.timeoutMs, () =>
        fail(new DownloadError('unreachable', `${where} did not answer in ${this.#options.timeoutMs} ms`)),
      );
      signal.addEventListener('abort', () =>
        fail(new DownloadError('unreachable', `the dial of ${where} was given up`)),
      );
      socket.on('error', (error) => fail(socketFailure(error, where, 'unreachable')));
      socket.on('close', () => fail(new DownloadError('unreachable', `${where} closed the connection at once`)));
      socket.once(readyEvent, () => {
        const proof = verify();
        if (isDownloadError(proof)) return fail(proof);
        cancelDeadline();
        resolve(proof);
      });
    });
  }
}

/** Whether the peer itself, and not something else at its address, does not want us. */
function isRefusal(failure: unknown): boolean {
  return isDownloadError(failure) && refusals.has(failure.code);
}

/** The failure that says most: a refusal, else one that may pass, with the words of all. */
function mostTelling(peerId: string, failures: readonly unknown[]): DownloadError {
  const all = failures.flatMap((failure) => (failure instanceof AggregateError ? failure.errors : [failure]));
  const known = all.map((failure) => asDownloadError(failure, 'unreachable', { peer: peerId }));
  const chosen = known.find(isRefusal) ?? known.find(({ retryable }) => retryable) ?? known[0];
  const message = known.map((failure) => failure.message).join('; ') || 'no address of the peer is known';
  return new DownloadError(chosen?.code ?? 'unreachable', message, { peer: peerId, cause: chosen });
}
