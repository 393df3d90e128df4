import type { Logger } from '../base/logger.ts';
import { printable, reasonOf } from '../base/text.ts';
import type { IncomingMessage, PeerLink } from '../base/transport.ts';
import type { Owner } from '../owner/owner.ts';
import { type ReadHeader, readHeader } from '../wire/header.ts';
import type { Message } from '../wire/messages.ts';
import type { Receivers } from './receivers.ts';
import type { Sessions } from './sessions.ts';

/** What dispatching works with. */
export interface Parties {
  readonly owner: Owner;
  readonly receivers: Receivers;
  readonly sessions: Sessions;
  readonly logger: Logger;
}

/** Takes a message from the transport to whoever it is for. Whatever a peer sends, it never throws (rule S1). */
export function dispatch(parties: Parties, carrier: IncomingMessage, link: PeerLink): void {
  try {
    const header = readHeader(carrier.header);
    if (header.is === 'message') route(parties, header.message, carrier, link);
    else refuse(parties, header, carrier, link);
  } catch (error) {
    parties.logger.error(`a message of ${printable(link.peerId)} could not be handled: ${reasonOf(error)}`, { error });
  }
}

function route(
  { owner, receivers, sessions }: Parties,
  message: Message,
  carrier: IncomingMessage,
  link: PeerLink,
): void {
  if (message.kind === 'hello') return sessions.onHello(message, link);
  if (message.kind === 'bye') return sessions.onBye(message, link);
  if (!sessions.isOpen(link)) return carrier.release?.();
  switch (message.kind) {
    case 'pull':
      owner.onPull(message, carrier.body, link);
      return;
    case 'grant':
      return owner.onGrant(message, link);
    case 'cancel':
      return owner.onCancel(message, link);
    case 'confirm':
      return owner.onConfirm(message, link);
    case 'busy':
      if (!receivers.take(link.peerId, message, carrier)) owner.onBusy(message, link);
      return;
    case 'described':
    case 'chunk':
    case 'end':
    case 'confirmed':
    case 'refused':
      if (!receivers.take(link.peerId, message, carrier)) carrier.release?.();
  }
}

const fromOwners: ReadonlySet<string | undefined> = new Set(['described', 'chunk', 'end', 'confirmed', 'refused']);
const neverAnswered: ReadonlySet<string | undefined> = new Set(['hello', 'bye', 'busy']);

/** Answers what cannot be read or must not be ignored; the link and every other download go on. */
function refuse(
  { receivers, sessions, logger }: Parties,
  header: Exclude<ReadHeader, { is: 'message' }>,
  carrier: IncomingMessage,
  link: PeerLink,
): void {
  carrier.release?.();
  const problem = header.is === 'unknown' ? `unknown kind ${printable(header.kind, 64)}` : header.problem;
  logger.warn(`a message of ${printable(link.peerId)} was not taken: ${printable(problem)}`);
  if (header.is === 'unknown' && !header.kind.startsWith('!')) return;
  if (!sessions.isOpen(link) || !header.downloadId || neverAnswered.has(header.kind)) return;
  if (fromOwners.has(header.kind)) return receivers.malformed(link.peerId, header.downloadId, problem);
  const code = header.is === 'unknown' ? 'unsupported' : 'malformed';
  sessions.post(link.peerId, { kind: 'refused', downloadId: header.downloadId, code, reason: printable(problem) });
}
