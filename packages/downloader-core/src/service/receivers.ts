import type { DownloadError } from '../base/errors.ts';
import type { IncomingMessage } from '../base/transport.ts';
import type { Inbox } from '../receiver/context.ts';
import type { Busy, ToReceiver } from '../wire/messages.ts';

/** The open downloads of a service, by owner and id: nobody but its owner reaches a download. */
export class Receivers {
  readonly #inboxes = new Map<string, Map<string, Inbox>>();

  attach(ownerId: string, downloadId: string, inbox: Inbox): () => void {
    const ofOwner = this.#inboxes.get(ownerId) ?? new Map<string, Inbox>();
    this.#inboxes.set(ownerId, ofOwner.set(downloadId, inbox));
    return () => {
      ofOwner.delete(downloadId);
      if (ofOwner.size === 0 && this.#inboxes.get(ownerId) === ofOwner) this.#inboxes.delete(ownerId);
    };
  }

  /** How many downloads are open. */
  get size(): number {
    return [...this.#inboxes.values()].reduce((sum, ofOwner) => sum + ofOwner.size, 0);
  }

  /** Hands a message to its download; says whether there is one. */
  take(ownerId: string, message: ToReceiver | Busy, carrier: IncomingMessage): boolean {
    const inbox = this.#inboxes.get(ownerId)?.get(message.downloadId);
    inbox?.take(message, carrier);
    return inbox !== undefined;
  }

  malformed(ownerId: string, downloadId: string, problem: string): void {
    this.#inboxes.get(ownerId)?.get(downloadId)?.malformed(problem);
  }

  lost(ownerId: string, error: DownloadError): void {
    for (const inbox of [...(this.#inboxes.get(ownerId)?.values() ?? [])]) inbox.lost(error);
  }
}
