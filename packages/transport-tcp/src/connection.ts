import type { Socket } from 'node:net';
import { asDownloadError, type Clock, DownloadError, type IncomingMessage } from '@towline/downloader-core/spi';
import type { BodyPool } from './body-pool.ts';
import { type FramePrefix, mostAheadBytes, prefixBytes, protocolError } from './frame.ts';
import type { Frame, FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import {
  decodePreface,
  encodeGoodbye,
  encodePreface,
  type Goodbye,
  goodbyeError,
  goodbyeFor,
  type Preface,
} from './greeting.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Outgoing } from './outgoing.ts';
import type { PeerProof } from './security.ts';
import { socketFailure } from './socket-errors.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Gets the memory of bodies back. */
  readonly pool: BodyPool;
  readonly identity: { readonly endpointId: string; readonly instanceId: string };
  readonly maxWriteBytes: number;
  readonly heartbeatIntervalMs: number;
  readonly peerTimeoutMs: number;
  /** How long the peer may take to read our last frames, and how long an aborted message may block the connection. */
  readonly lingerMs: number;
}

/** What a connection tells. */
export interface ConnectionOwner {
  /** The peer has said who it is. Whoever was dialled answers with `accept` and `readOn`, or with `end`. */
  onPreface(preface: Preface): void;
  onMessage(message: IncomingMessage): void;
  /** The connection is over, once; nothing else is told afterwards. No cause: one side closed it in good order. */
  onEnd(cause: DownloadError | undefined): void;
}

/** A secured socket, ready to speak frames. */
export interface SecuredSocket {
  readonly socket: Socket;
  readonly reader: FrameReader;
  readonly proof: PeerProof;
}

/** `greeting`: no preface yet; `greeted`: theirs, not ours; `open`: both; `ended`. */
type ConnectionState = 'greeting' | 'greeted' | 'open' | 'ended';

/** Speaks frames over one socket: prefaces, then messages and heartbeats, then a goodbye. */
export class Connection {
  readonly proof: PeerProof;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #owner: ConnectionOwner;
  /** Called once, with the next bytes or at the end. */
  readonly #listeners = new Set<() => void>();
  #state: ConnectionState = 'greeting';
  #hasSpokenFirst = false;
  /** What came behind the preface and waits for its admission; its size is counted before it is there. */
  readonly #held: Frame[] = [];
  #heldBytes = 0;
  #owesPong = false;
  #heartbeat: Heartbeat | undefined;
  #endCause: DownloadError | undefined;

  constructor({ socket, reader, proof }: SecuredSocket, options: ConnectionOptions, owner: ConnectionOwner) {
    this.proof = proof;
    this.#options = options;
    this.#socket = socket;
    this.#reader = reader;
    this.#owner = owner;
    const { clock, maxWriteBytes, lingerMs } = options;
    const onStuck = (): void => this.end(lost('an aborted message blocked the connection for too long'));
    this.#writer = new FrameWriter({ socket, clock, maxWriteBytes, takeBackMs: lingerMs, onStuck });
    this.closed = this.#watchSocket();
    socket.setNoDelay(true);
    reader.start({
      refuse: (prefix) => this.#refuse(prefix),
      onFrame: (frame) => this.#onFrame(frame),
      onBroken: (problem) => this.end(problem, goodbyeFor(problem)),
    });
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** The first words of the side that dialled: who we are, whom we want, and what is for that one alone. */
  introduce(peerId: string, ahead: Iterable<Outgoing>): void {
    this.#writer.sendControl('preface', encodePreface(this.#options.identity, peerId));
    this.#hasSpokenFirst = true;
    for (const outgoing of ahead) {
      const twin = outgoing.twin();
      if (twin) this.#writer.send(twin);
    }
  }

  /** Accepts the peer that dialled us: says who we are. What it said before is told by {@link readOn}. */
  accept(): void {
    this.#writer.sendControl('preface', encodePreface(this.#options.identity));
    this.#open();
  }

  /** Tells what came behind the preface of a peer that had to wait for its admission. */
  readOn(): void {
    for (const { header, body } of this.#held.splice(0)) if (!this.isEnded) this.#onMessage(header, body);
  }

  send(outgoing: Outgoing): void {
    this.#heartbeat?.spoke();
    this.#writer.send(outgoing);
  }

  /** Whether the peer says anything, or takes some of what it is being sent, within `withinMs`. */
  answers(withinMs: number): Promise<boolean> {
    const { isIdle, progress } = this.#writer;
    if (isIdle) this.#writer.sendControl('ping');
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(withinMs, () => {
        this.#listeners.delete(isHeard);
        resolve(!isIdle && this.#writer.progress > progress);
      });
      const isHeard = (): void => {
        cancel();
        resolve(!this.isEnded);
      };
      this.#listeners.add(isHeard);
      this.#reader.onNextBytes = () => this.#tellListeners();
    });
  }

  /** Ends at once. With a goodbye, the peer is told after the message that is being written, if it reads in time. */
  end(cause: DownloadError | undefined, goodbye?: Goodbye): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#endCause = cause;
    this.#reader.stop();
    this.#held.length = 0;
    this.#heartbeat?.stop();
    this.#writer.drop(cause ?? lost('the connection was closed'));
    if (goodbye) this.#sayGoodbye(goodbye);
    else this.#socket.destroy();
    this.#tellListeners();
    this.#owner.onEnd(cause);
  }

  /** Ends after everything that was sent has been written, as far as the peer takes it within `lingerMs`. */
  async finish(): Promise<void> {
    await this.#flushedOrLate();
    this.end(undefined, goodbyeFor(undefined));
    await this.closed;
  }

  #flushedOrLate(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(this.#options.lingerMs, resolve);
      void this.#writer.flush().then(() => {
        cancel();
        resolve();
      });
    });
  }

  #sayGoodbye(goodbye: Goodbye): void {
    const cancel = this.#options.clock.setTimer(this.#options.lingerMs, () => this.#socket.destroy());
    void this.closed.then(cancel);
    this.#writer.sendControl('goodbye', encodeGoodbye(goodbye));
    void this.#writer.flush().then(() => this.#socket.end());
  }

  #open(): void {
    this.#state = 'open';
    const { clock, heartbeatIntervalMs, peerTimeoutMs } = this.#options;
    this.#heartbeat = new Heartbeat({
      clock,
      intervalMs: heartbeatIntervalMs,
      timeoutMs: peerTimeoutMs,
      heard: () => this.#reader.reads,
      // A writer at work says enough, or cannot say more.
      onQuiet: () => this.#writer.isIdle && this.#writer.sendControl('ping'),
      onDead: () => this.end(lost(`the peer was silent for ${peerTimeoutMs} ms`)),
    });
  }

  #watchSocket(): Promise<void> {
    let failure: Error | undefined;
    this.#socket.on('error', (error) => (failure = error));
    this.#socket.on('end', () => this.end(lost('the peer ended the connection')));
    return new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.end(
          failure ? socketFailure(failure, 'the connection failed', 'link_lost') : lost('the connection was lost'),
        );
        this.#writer.end(this.#endCause ?? lost('the connection was closed'));
        resolve();
      });
    });
  }

  #tellListeners(): void {
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Which frames are in turn. */
  #refuse({ kind, headerBytes, bodyBytes }: FramePrefix): DownloadError | undefined {
    const isFirst = this.#state === 'greeting';
    if (kind === 'message' && this.#state === 'greeted')
      return this.#refuseAhead(prefixBytes + headerBytes + bodyBytes);
    const isInTurn = kind === 'goodbye' || (kind === 'preface' ? isFirst : this.#state === 'open');
    return isInTurn ? undefined : protocolError(`the peer sent a ${kind} out of turn`);
  }

  /** Nobody is held memory for who was not admitted yet, beyond a little. */
  #refuseAhead(bytes: number): DownloadError | undefined {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= mostAheadBytes) return undefined;
    return protocolError('the peer sent too much before it was admitted');
  }

  #onFrame(frame: Frame): void {
    const { kind, header, body } = frame;
    if (kind === 'message' && this.#state === 'greeted') return void this.#held.push(frame);
    switch (kind) {
      case 'preface':
        return this.#onPreface(header);
      case 'message':
        return this.#onMessage(header, body);
      case 'ping':
        return this.#onPing();
      case 'pong':
        return;
      case 'goodbye':
        return this.#onGoodbye(header);
      default:
        return kind satisfies never;
    }
  }

  #onMessage(header: Uint8Array, body: Uint8Array): void {
    if (body.byteLength === 0) return this.#owner.onMessage({ header, body: [] });
    let lent: Uint8Array | undefined = body;
    const release = (): void => {
      if (lent) this.#options.pool.giveBack(lent);
      lent = undefined;
    };
    this.#owner.onMessage({ header, body: [body], release });
  }

  #onPreface(header: Uint8Array): void {
    let preface: Preface;
    try {
      preface = decodePreface(header);
    } catch (error) {
      const cause = asDownloadError(error, 'protocol');
      return this.end(cause, goodbyeFor(cause));
    }
    if (this.#hasSpokenFirst) this.#open();
    else this.#state = 'greeted';
    this.#owner.onPreface(preface);
  }

  /** At most one answer waits to be written, however many pings come. */
  #onPing(): void {
    if (this.#owesPong) return;
    this.#owesPong = true;
    this.#writer.sendControl('pong');
    void this.#writer.flush().then(() => (this.#owesPong = false));
  }

  #onGoodbye(header: Uint8Array): void {
    let cause: DownloadError;
    try {
      cause = goodbyeError(header);
    } catch (error) {
      cause = asDownloadError(error, 'protocol');
    }
    this.end(cause.code === 'link_lost' ? undefined : cause);
  }
}

function lost(message: string): DownloadError {
  return new DownloadError('link_lost', message);
}
