import { DownloadError } from '@towline/downloader-core/spi';
import { Connection, type ConnectionOptions, type ConnectionOwner, type SecuredSocket } from './connection.ts';
import { goodbyeFor, type Preface } from './greeting.ts';
import type { Outgoing } from './outgoing.ts';

export interface GreetOptions {
  /** Whom we want to reach. */
  readonly peerId: string;
  /** What is said behind the preface, before it is answered. Stays the caller's: it is sent as a copy. */
  readonly ahead: Iterable<Outgoing>;
  readonly connection: ConnectionOptions;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called first, before any other. */
  readonly onBegin: (connection: Connection) => void;
  /** Makes the connection the peer's link, or says why not. */
  readonly admit: (connection: Connection, preface: Preface) => DownloadError | undefined;
  readonly onMessage: (connection: Connection, message: Parameters<ConnectionOwner['onMessage']>[0]) => void;
  readonly onEnd: (connection: Connection, cause: DownloadError | undefined) => void;
}

/**
 * The dialling side's first words. Resolves when the peer has answered with a preface and is admitted; rejects when it
 * has not within `timeoutMs`, is not the one that was wanted, or refuses us. Messages that come with its preface are
 * told after it.
 */
export function greet(secured: SecuredSocket, options: GreetOptions): Promise<void> {
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => connection.end(undefined);
    const late = new DownloadError('unreachable', `the peer did not introduce itself in ${timeoutMs} ms`);
    const cancelDeadline = options.connection.clock.setTimer(timeoutMs, () => connection.end(late));
    const stopWaiting = (): void => {
      cancelDeadline();
      signal.removeEventListener('abort', giveUp);
    };
    const connection = new Connection(secured, options.connection, {
      onPreface: (preface) => {
        stopWaiting();
        const refusal = options.admit(connection, preface);
        if (refusal) connection.end(refusal, goodbyeFor(undefined));
        else resolve();
      },
      onMessage: (message) => options.onMessage(connection, message),
      onEnd: (cause) => {
        stopWaiting();
        options.onEnd(connection, cause);
        reject(cause && cause.code !== 'link_lost' ? cause : unanswered(cause));
      },
    });
    options.onBegin(connection);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    else connection.introduce(options.peerId, options.ahead);
  });
}

function unanswered(cause: DownloadError | undefined): DownloadError {
  return new DownloadError('unreachable', 'the peer closed the connection instead of answering', { cause });
}
