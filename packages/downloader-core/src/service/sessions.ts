import type { Clock } from '../base/clock.ts';
import { type Deferred, deferred } from '../base/deferred.ts';
import { DownloadError, isDownloadError } from '../base/errors.ts';
import { ExpiringTable } from '../base/expiring-table.ts';
import type { Logger } from '../base/logger.ts';
import { orAborted } from '../base/signals.ts';
import { printable, reasonOf } from '../base/text.ts';
import type { OutgoingMessage, PeerLink, Transport } from '../base/transport.ts';
import { copyTogether } from '../base/copies.ts';
import { cutMessage, type Uncut } from '../wire/cut.ts';
import { writeHeader } from '../wire/header.ts';
import { leastMessageBytes, ownLimits, type PeerLimits, protocolMajors, protocolMinor } from '../wire/limits.ts';
import type { BodyMessage, Bye, Hello, Message } from '../wire/messages.ts';
import type { OutgoingBody, Wire } from '../wire/wire.ts';

/** What is known of the link to one peer. */
interface Session {
  readonly peerId: string;
  /** Known once anything came in. */
  linkId: string | undefined;
  /** Whether we greeted, and not merely as an answer. */
  asked: boolean;
  /** The peer was told that there is no common version: nothing is read of this link any more, and nobody greeted. */
  refused: boolean;
  limits: PeerLimits | undefined;
  readonly open: Deferred<void>;
  cancelTimer: () => void;
}

const greetingTimeoutMs = 5000;
// Names can be claimed without end; what is remembered of them is not.
const mostInstances = 10_000;

/** Greets every link before anything else is sent or read on it (rule W5), and sends what the two sides of core have to say. */
export class Sessions implements Wire {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: PeerLimits;
  readonly #onEnded: (peerId: string, error: DownloadError) => void;
  readonly #sessions = new Map<string, Session>();
  /** Which instance each peer was when we first spoke to it, and whether it is another now. */
  readonly #instances: ExpiringTable<{ readonly first: string; latest: string }>;

  constructor(
    transport: Transport,
    clock: Clock,
    logger: Logger,
    onEnded: (peerId: string, error: DownloadError) => void,
  ) {
    this.#onEnded = onEnded;
    this.#transport = transport;
    this.#clock = clock;
    this.#logger = logger;
    this.#limits = ownLimits(transport.capabilities.maxMessageBytes);
    this.#instances = new ExpiringTable(clock, Infinity, mostInstances);
  }

  send(peerId: string, message: Exclude<Message, BodyMessage>, signal?: AbortSignal): Promise<void> {
    return this.#deliver(peerId, () => [{ header: writeHeader(message), body: [] }], signal);
  }

  sendBody(peerId: string, message: Uncut, body: OutgoingBody, signal?: AbortSignal): Promise<void> {
    const { segments, checksum, owned = false } = body;
    const cut = (mostBytes: number): OutgoingMessage[] => {
      const messages = cutMessage(message, segments, checksum, Math.min(mostBytes, this.#limits.messageBytes));
      if (!this.#transport.capabilities.detachesBodies) return messages;
      return messages.map((each) => detachable(each, owned && messages.length === 1));
    };
    return this.#deliver(peerId, cut, signal);
  }

  post(peerId: string, message: Exclude<Message, BodyMessage>): void {
    const session = this.#sessions.get(peerId);
    if (!session || !(session.limits || this.#isAhead(session))) return;
    this.#transport.send(peerId, { header: writeHeader(message), body: [] }).catch(() => {});
  }

  limitsOf(peerId: string): PeerLimits {
    return this.#sessions.get(peerId)?.limits ?? this.#limits;
  }

  /** Whether the peer is another instance than the first that we met. */
  wasRestarted(peerId: string): boolean {
    const known = this.#instances.get(peerId);
    return known !== undefined && known.first !== known.latest;
  }

  /** Takes note of a message's link; says whether other messages than greetings may be read on it. */
  isOpen(link: PeerLink): boolean {
    const session = this.#sessionOf(link);
    if (session.limits) return true;
    if (session.refused) return false;
    this.#logger.debug(`a message of ${printable(link.peerId)} came before its greeting and was dropped`);
    this.#greet(session);
    return false;
  }

  onHello(hello: Hello, link: PeerLink): void {
    const session = this.#sessionOf(link);
    if (!hello.majors.some((major) => protocolMajors.includes(major)))
      return this.#refuseVersion(session, hello.majors);
    session.limits = hello.limits;
    session.cancelTimer();
    this.#noteInstance(link.peerId, hello.instanceId);
    if (!hello.answer) this.#sendHello(session, true);
    session.open.resolve();
  }

  /** The peer says goodbye: what waits for it fails. */
  onBye({ code, reason, majors }: Bye, link: PeerLink): void {
    const said =
      code === 'version' && majors ? versionMessage(majors) : `the peer ended the link: ${printable(reason ?? code)}`;
    const error = new DownloadError(printable(code, 64), said, { side: 'remote', peer: link.peerId });
    this.#close(this.#sessionOf(link), error);
  }

  /** A link ended, and what was under way on it with it. Nothing happens when it is not the current link. */
  onLost(link: PeerLink, cause: Error | undefined): void {
    const session = this.#sessions.get(link.peerId);
    if (!session || (session.linkId !== undefined && session.linkId !== link.linkId)) return;
    const error = isDownloadError(cause)
      ? cause
      : new DownloadError('link_lost', lostMessage(link.peerId, cause), { peer: link.peerId, cause });
    this.#close(session, error);
  }

  /** Tells every greeted peer that we go, and forgets them. */
  close(): void {
    for (const session of this.#sessions.values()) {
      this.post(session.peerId, { kind: 'bye', code: 'link_lost', reason: 'the service was shut down' });
      this.#close(session, new DownloadError('service_closed', 'the service was shut down'));
    }
  }

  /** `messages` cuts to messages of at most so many bytes. */
  #deliver(peerId: string, messages: (mostBytes: number) => OutgoingMessage[], signal?: AbortSignal): Promise<void> {
    const session = this.#sessions.get(peerId) ?? this.#newSession(peerId, undefined);
    if (session.limits) return this.#sendAll(peerId, messages(session.limits.messageBytes), signal);
    this.#greet(session);
    const ahead = this.#isAhead(session) ? messages(leastMessageBytes) : [];
    if (ahead.length === 1) return this.#sendAll(peerId, ahead, signal);
    const opened = signal ? orAborted(session.open.promise, signal) : session.open.promise;
    return opened.then(() => this.#sendAll(peerId, messages((session.limits ?? this.#limits).messageBytes), signal));
  }

  /**
   * Whether a message that every side takes may follow our greeting before it is answered. Behind a greeting that can get lost it
   * would be dropped, and nobody would know.
   */
  #isAhead({ asked, refused }: Session): boolean {
    return asked && !refused && !this.#transport.capabilities.lossy;
  }

  #sendAll(peerId: string, messages: readonly OutgoingMessage[], signal: AbortSignal | undefined): Promise<void> {
    const options = signal ? { signal } : {};
    const [only] = messages;
    if (messages.length === 1 && only) return this.#transport.send(peerId, only, options);
    return Promise.all(messages.map((message) => this.#transport.send(peerId, message, options))).then(() => {});
  }

  #sessionOf(link: PeerLink): Session {
    const known = this.#sessions.get(link.peerId);
    if (known && (known.linkId === undefined || known.linkId === link.linkId)) {
      known.linkId = link.linkId;
      return known;
    }
    if (known)
      this.#close(known, new DownloadError('link_lost', lostMessage(link.peerId, undefined), { peer: link.peerId }));
    return this.#newSession(link.peerId, link.linkId);
  }

  #newSession(peerId: string, linkId: string | undefined): Session {
    const session: Session = {
      peerId,
      linkId,
      asked: false,
      refused: false,
      limits: undefined,
      open: deferred(),
      cancelTimer: () => {},
    };
    session.open.promise.catch(() => {});
    this.#sessions.set(peerId, session);
    return session;
  }

  #greet(session: Session): void {
    if (session.asked) return;
    session.asked = true;
    this.#sendHello(session, undefined);
    session.cancelTimer = this.#clock.setTimer(greetingTimeoutMs, () => {
      this.#close(
        session,
        new DownloadError(
          'request_timeout',
          `${printable(session.peerId)} did not greet within ${greetingTimeoutMs} ms`,
          { peer: session.peerId },
        ),
      );
    });
  }

  #sendHello(session: Session, answer: true | undefined): void {
    const { instanceId } = this.#transport;
    const header = writeHeader({
      kind: 'hello',
      majors: protocolMajors,
      minor: protocolMinor,
      instanceId,
      limits: this.#limits,
      features: [],
      answer,
    });
    this.#transport.send(session.peerId, { header, body: [] }).catch((error: unknown) => {
      const known = isDownloadError(error)
        ? error
        : new DownloadError('unreachable', reasonOf(error), { peer: session.peerId, cause: error });
      this.#close(session, known);
    });
  }

  #refuseVersion(session: Session, majors: readonly number[]): void {
    const bye: Bye = { kind: 'bye', code: 'version', majors: protocolMajors, reason: 'no common version' };
    const goodbye = this.#transport.send(session.peerId, { header: writeHeader(bye), body: [] });
    const end = (): void => this.#transport.disconnect?.(session.peerId, 'no common version of the protocol');
    goodbye.then(end, end);
    this.#close(session, new DownloadError('version', versionMessage(majors), { peer: session.peerId }));
    // What follows its greeting on this link is not for us, and our greeting would only be refused in its turn.
    this.#newSession(session.peerId, session.linkId).refused = true;
  }

  #noteInstance(peerId: string, instanceId: string): void {
    const known = this.#instances.get(peerId);
    if (known) known.latest = instanceId;
    else this.#instances.set(peerId, { first: instanceId, latest: instanceId });
  }

  #close(session: Session, error: DownloadError): void {
    session.cancelTimer();
    session.open.reject(error);
    if (this.#sessions.get(session.peerId) !== session) return;
    this.#sessions.delete(session.peerId);
    this.#onEnded(session.peerId, error);
  }
}

function versionMessage(theirs: readonly number[]): string {
  return `no common version: we speak ${protocolMajors.join(', ')}, the peer speaks ${theirs.join(', ')}`;
}

function lostMessage(peerId: string, cause: Error | undefined): string {
  return `the link to ${printable(peerId)} was lost${cause ? `: ${reasonOf(cause)}` : ''}`;
}

// A transport that takes ArrayBuffers away may only get those that nobody else uses, and each once (rule M4).
function detachable({ header, body }: OutgoingMessage, owned: boolean): OutgoingMessage {
  const isOurs = (segment: Uint8Array): boolean => owned && segment.byteLength === segment.buffer.byteLength;
  return { header, body: body.map((segment) => (isOurs(segment) ? segment : copyTogether([segment]))) };
}
