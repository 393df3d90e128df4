import type { Clock } from '../base/clock.ts';
import type { Hasher } from '../base/hash.ts';
import type { Logger } from '../base/logger.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { Random } from '../base/random.ts';
import type { JoinedSignals } from '../base/signals.ts';
import type { IncomingMessage, TransportCapabilities } from '../base/transport.ts';
import type { Busy, ToReceiver } from '../wire/messages.ts';
import type { Wire } from '../wire/wire.ts';
import type { DownloadError } from '../base/errors.ts';

/** What the receiver's side works with. */
export interface ReceiverContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly wire: Wire;
  readonly hasher: () => MaybePromise<Hasher>;
  readonly capabilities: TransportCapabilities;
  /** The signals of applications, joined with the one that aborts when the service is shut down. */
  readonly signals: JoinedSignals;
  /** Routes the messages of a download to `inbox` until the returned function is called. */
  attach(ownerId: string, downloadId: string, inbox: Inbox): () => void;
  /** Tells the transport where an owner can be dialled. */
  addAddresses(ownerId: string, addresses: readonly string[]): void;
  /** Whether the owner is another process than when we first spoke to it. */
  wasRestarted(ownerId: string): boolean;
}

/** Where a download hears of its owner. */
export interface Inbox {
  take(message: ToReceiver | Busy, carrier: IncomingMessage): void;
  /** A message about this download could not be read. */
  malformed(problem: string): void;
  /** The link to the owner ended. */
  lost(error: DownloadError): void;
}
