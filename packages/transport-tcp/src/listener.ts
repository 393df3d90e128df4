import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, DownloadError } from '@towline/downloader-core/spi';
import { type Address, formatAddress } from './address.ts';
import { type GatePass, type GateLimits, HandshakeGate } from './handshake-gate.ts';
import type { AcceptSocket, OnSecured } from './security.ts';

export interface ListenerOptions {
  readonly address: Address;
  readonly clock: Clock;
  readonly limits: GateLimits & { readonly handshakeTimeoutMs: number };
  readonly accept: (onSecured: OnSecured) => AcceptSocket;
  /** Takes a secured socket; calls `admitted` when its peer is, which ends the handshake's deadline. */
  readonly onSecured: (...secured: [...Parameters<OnSecured>, admitted: () => void]) => void;
}

/** Accepts sockets within the limits and closes those whose peer is not admitted in time. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #accept: AcceptSocket;
  readonly #gate: HandshakeGate;
  /** What ends the handshake of each socket, by the address and port of its peer. */
  readonly #admitted = new Map<string, () => void>();
  readonly #unfinished = new Set<Socket>();
  #closed: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#gate = new HandshakeGate(options.limits);
    this.#accept = options.accept((socket, proof) => this.#onSecured(socket, proof));
    this.#server = createServer((raw) => this.#onAccepted(raw));
  }

  /** Starts to listen and returns where, with the port that the system chose. Throws `unreachable`. */
  async open(): Promise<Address> {
    const { host, port } = this.#options.address;
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: Error): void => {
        const where = formatAddress(this.#options.address);
        reject(
          new DownloadError('unreachable', `cannot listen on ${where}: ${cause.message}`, { side: 'local', cause }),
        );
      };
      this.#server.once('error', fail);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', fail);
        // A connection that cannot be accepted, as when files run out, is that peer's matter.
        this.#server.on('error', () => {});
        resolve();
      });
    });
    const bound = this.#server.address();
    return { host, port: bound && typeof bound === 'object' ? bound.port : port };
  }

  /** Accepts nothing any more and drops unfinished handshakes. Resolves when every accepted socket is closed. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#server.close(() => resolve()));
    for (const raw of this.#unfinished) raw.destroy();
    return this.#closed;
  }

  #onAccepted(raw: Socket): void {
    const pass = raw.remoteAddress === undefined ? undefined : this.#gate.enter(raw.remoteAddress);
    if (!pass) return void raw.destroy();
    this.#watchHandshake(raw, pass);
    this.#accept(raw);
  }

  #watchHandshake(raw: Socket, pass: GatePass): void {
    const { clock, limits } = this.#options;
    const cancelDeadline = clock.setTimer(limits.handshakeTimeoutMs, () => raw.destroy());
    const key = peerKey(raw);
    const admitted = (): void => {
      cancelDeadline();
      pass.admitted();
      this.#unfinished.delete(raw);
    };
    this.#admitted.set(key, admitted);
    this.#unfinished.add(raw);
    raw.on('error', () => {});
    raw.on('close', () => {
      admitted();
      pass.left();
      this.#admitted.delete(key);
    });
  }

  #onSecured(...[socket, proof]: Parameters<OnSecured>): void {
    const admitted = this.#admitted.get(peerKey(socket));
    if (admitted) this.#options.onSecured(socket, proof, admitted);
    else socket.destroy();
  }
}

function peerKey({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
