import { DownloadError } from '../base/errors.ts';
import { printable } from '../base/text.ts';
import type { IncomingMessage } from '../base/transport.ts';
import type { Busy, Confirmed, Refused, ToReceiver } from '../wire/messages.ts';
import type { Inbox } from './context.ts';
import type { Reception } from './reception.ts';
import { Retry } from './retry-error.ts';

/** The inbox of one download: hands messages to the pull that is open, or to whoever waits for an acknowledgement. */
export class Mailbox implements Inbox {
  /** The open pull; what belongs to an older one is dropped. */
  reception: Reception | undefined;
  /** Hears the answers to confirmations. */
  onAnswer: ((answer: Confirmed | Refused) => void) | undefined;

  take(message: ToReceiver | Busy, carrier: IncomingMessage): void {
    if (message.kind === 'confirmed') this.onAnswer?.(message);
    else if (message.kind === 'refused') this.#refused(message, carrier);
    else if (message.kind === 'busy' || message.pullNo === this.reception?.pullNo)
      this.reception?.take(message, carrier);
    else carrier.release?.();
  }

  malformed(problem: string): void {
    this.reception?.fail(
      new Retry(new DownloadError('protocol', `a message of the owner could not be read: ${printable(problem)}`)),
    );
  }

  lost(error: DownloadError): void {
    this.reception?.fail(error);
  }

  #refused(message: Refused, carrier: IncomingMessage): void {
    if (message.pullNo === undefined || message.pullNo === this.reception?.pullNo)
      this.reception?.take(message, carrier);
    if (message.pullNo === undefined) this.onAnswer?.(message);
  }
}
