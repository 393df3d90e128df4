import type { TransactionEnd } from '../base/downloadable.ts';
import { DownloadError, errorCodeEntry, isDownloadError } from '../base/errors.ts';
import { ExpiringTable } from '../base/expiring-table.ts';
import { printable, reasonOf, shortRef } from '../base/text.ts';
import type { PeerLink } from '../base/transport.ts';
import { BodyAssembler } from '../wire/assembler.ts';
import type { Busy, Cancel, Confirm, Grant, Pull } from '../wire/messages.ts';
import type { OwnerContext } from './context.ts';
import { judgePull, type LedgerEntry } from './ledger.ts';
import { givenId, planTransaction, type TransactionOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { readPull } from './read-pull.ts';
import { admission, type Receiver } from './roster.ts';
import type { PullOrder } from './serving.ts';
import type { ServedRef } from './served-ref.ts';
import { answerConfirm, answerPull, makeTombstone, type Tombstone } from './tombstone.ts';
import { endCodes, OwnedTransaction } from './owned-transaction.ts';
import type { TransactionTables } from './tables.ts';

/** For how long, and how many, remains of the past are kept. */
export interface Keeping {
  readonly ttlMs: number;
  readonly capacity: number;
}

interface LiveRef {
  readonly ref: ServedRef;
  readonly transaction: OwnedTransaction;
}

/** The owner's side of a service: its tables, and what each message of a receiver does to them. */
export class Owner implements TransactionTables {
  readonly #context: OwnerContext;
  readonly #transactions = new Map<string, OwnedTransaction>();
  readonly #settling = new Set<OwnedTransaction>();
  readonly #refs = new Map<string, LiveRef>();
  readonly #tombstones: ExpiringTable<Tombstone>;
  readonly #outcomes: ExpiringTable<Outcome>;
  readonly #assemblers = new Map<string, BodyAssembler>();

  constructor(context: OwnerContext, tombstones: Keeping, outcomes: Keeping) {
    this.#context = context;
    this.#tombstones = new ExpiringTable(context.clock, tombstones.ttlMs, tombstones.capacity);
    this.#outcomes = new ExpiringTable(context.clock, outcomes.ttlMs, outcomes.capacity);
  }

  /** Opens a transaction. Throws `invalid_argument` or `transaction_exists`; nothing was registered then. */
  open(options: TransactionOptions): OwnedTransaction {
    const id = givenId('transactionId', options.transactionId) ?? `T${this.#context.random.uuid()}`;
    const plan = planTransaction(options, this.#context.logger);
    if (this.find(id) || this.outcome(id)) {
      const state = this.outcome(id) ? 'has a kept outcome' : 'is live or settling';
      throw new DownloadError('transaction_exists', `transaction ${printable(id)} ${state}; take another id`, {
        side: 'local',
      });
    }
    const transaction = new OwnedTransaction(this.#context, this, id, plan, options);
    this.#transactions.set(id, transaction);
    return transaction;
  }

  /** A transaction that is live or settling. */
  find(transactionId: string): OwnedTransaction | undefined {
    return (
      this.#transactions.get(transactionId) ??
      [...this.#settling].find((settling) => settling.transactionId === transactionId)
    );
  }

  /** The transactions that are live or settling. */
  all(): OwnedTransaction[] {
    return [...this.#transactions.values(), ...this.#settling];
  }

  /** What receivers hold just now, a row for each receiver of each transaction. */
  held(): HeldBytes[] {
    return this.all().flatMap(({ transactionId, delivery }) =>
      [...delivery.heldBytes()].map(([receiverId, heldBytes]) => ({ transactionId, receiverId, heldBytes })),
    );
  }

  /** The transaction of a live ref. */
  transactionOf(refId: string): OwnedTransaction | undefined {
    return this.#refs.get(refId)?.transaction;
  }

  /** A kept outcome. */
  outcome(transactionId: string): Outcome | undefined {
    return this.#outcomes.get(transactionId);
  }

  /** Forgets all that remains of the past. */
  clear(): void {
    this.#tombstones.clear();
  }

  link(ref: ServedRef, transaction: OwnedTransaction): void {
    if (this.#refs.has(ref.refId)) {
      throw new DownloadError('ref_exists', `ref ${shortRef(ref.refId)} is live; take another id`, {
        side: 'local',
        refId: ref.refId,
      });
    }
    this.#refs.set(ref.refId, { ref, transaction });
  }

  unlink(ref: ServedRef): void {
    if (this.#refs.get(ref.refId)?.ref === ref) this.#refs.delete(ref.refId);
  }

  added(ref: ServedRef): void {
    this.#tombstones.delete(ref.refId);
  }

  finalAfterEnd({ transactionId }: OwnedTransaction, { refId }: ServedRef, { receiverId, final }: LedgerEntry): void {
    const stone = this.#tombstones.get(refId);
    if (final && stone?.transactionId === transactionId) stone.receivers.set(receiverId, final);
  }

  retire(transaction: OwnedTransaction, end: TransactionEnd): void {
    this.#transactions.delete(transaction.transactionId);
    this.#settling.add(transaction);
    for (const ref of transaction.delivery.refs) {
      this.unlink(ref);
      if (end === 'finished')
        this.#tombstones.set(ref.refId, makeTombstone(transaction.transactionId, ref.entries.values()));
    }
    void transaction.outcome.then(() => this.#settling.delete(transaction));
  }

  archive(outcome: Outcome): void {
    this.#outcomes.set(outcome.transactionId, outcome);
  }

  /** A link ended: its pulls end and their memory is freed; ledger, budgets and nonces stay (rule W3). */
  peerLost(peerId: string): void {
    this.#assemblers.delete(peerId);
    for (const { ref, transaction } of this.#refs.values()) transaction.delivery.interrupt(ref, peerId);
  }

  /** Takes one message of a pull; a pull with a large request comes in several. */
  onPull(pull: Pull, pieces: readonly Uint8Array[], link: PeerLink): void {
    const live = this.#live(pull.refId, link);
    if (!live) return this.#pullOfThePast(pull, link);
    const as = admission(live.transaction.delivery.roster, link);
    if (as === 'not_admitted' || as === 'full') return this.#refuse(link, pull, as);
    const { downloadId, pullNo } = pull;
    const { linkId, peerId } = link;
    const verdict = judgePull(live.ref.entries.get(peerId), { downloadId, pullNo, linkId });
    if (verdict === 'ignore') return;
    if (verdict === 'replaced' || verdict === 'already_failed') return this.#refuse(link, pull, verdict);
    const order = this.#readPull(live.ref, pull, pieces, link);
    if (order) live.transaction.delivery.serve(live.ref, link, as, order);
  }

  onGrant(grant: Grant, link: PeerLink): void {
    const current = this.#current(grant, link);
    if (!current) return;
    current.transaction.delivery.active(current.receiver);
    const serving = current.ref.servings.get(link.peerId);
    if (serving?.pullNo === grant.pullNo) serving.grant(grant.credit, grant.consumedSeq);
  }

  onBusy(busy: Busy, link: PeerLink): void {
    const current = this.#current(busy, link);
    if (current) current.transaction.delivery.active(current.receiver);
  }

  onCancel(cancel: Cancel, link: PeerLink): void {
    const current = this.#current(cancel, link);
    if (!current || current.entry.final) return;
    const { ref, entry, receiver } = current;
    const { delivery } = current.transaction;
    const reason = printable(cancel.code, 64);
    delivery.active(receiver);
    if (cancel.final) return delivery.fail(ref, entry, reason);
    delivery.interrupt(ref, link.peerId);
    delivery.emit(ref, entry, 'retrying', reason);
  }

  /** Whatever it is worth, a confirmation is answered (rule D4). */
  onConfirm(confirm: Confirm, link: PeerLink): void {
    const { downloadId, nonce } = confirm;
    const recorded = this.#isRecorded(confirm, link);
    this.#context.wire.send(link.peerId, { kind: 'confirmed', downloadId, nonce, recorded }).catch(() => {});
  }

  #isRecorded(confirm: Confirm, link: PeerLink): boolean {
    const reason = confirm.reason === undefined ? undefined : printable(confirm.reason, 64);
    const confirms = (found: LiveRef | undefined): boolean =>
      found !== undefined &&
      admission(found.transaction.delivery.roster, link) === 'known' &&
      found.transaction.delivery.confirm(found.ref, link.peerId, { ...confirm, reason });
    if (confirms(this.#live(confirm.refId, link)) || confirms(this.#settlingRef(confirm.refId, link))) return true;
    const stone = this.#tombstone(confirm.refId, link);
    return stone !== undefined && answerConfirm(stone, link.peerId, confirm);
  }

  #pullOfThePast(pull: Pull, link: PeerLink): void {
    const stone = this.#tombstone(pull.refId, link);
    const end = this.#settlingRef(pull.refId, link)?.transaction.ended;
    if (!stone) return this.#refuse(link, pull, end ? endCodes[end] : 'unknown_ref');
    const answer = answerPull(stone, link.peerId, pull.downloadId);
    if (answer === 'already_finished') return this.#refuse(link, pull, answer);
    const { downloadId, pullNo } = pull;
    const digest = this.#context.hasher().start().digest();
    this.#context.wire
      .send(link.peerId, {
        kind: 'end',
        downloadId,
        pullNo,
        status: answer,
        chunks: 0,
        digest,
        ...(answer === 'error' ? { code: 'already_failed' } : {}),
      })
      .catch(() => {});
  }

  #readPull(ref: ServedRef, pull: Pull, pieces: readonly Uint8Array[], link: PeerLink): PullOrder | undefined {
    try {
      // A peer sends the parts of one pull in a row: what another pull comes between was given up.
      if (pull.body.parts === 1) this.#assemblers.delete(link.peerId);
      const assembler = this.#assemblers.get(link.peerId) ?? new BodyAssembler(this.#context.hasher());
      this.#assemblers.set(link.peerId, assembler);
      return readPull(this.#context, assembler, ref, pull, pieces, link.peerId);
    } catch (error) {
      const known = isDownloadError(error) ? error : new DownloadError('malformed', reasonOf(error));
      this.#refuse(link, pull, known.code === 'protocol' ? 'malformed' : known.code, known.message);
      return undefined;
    }
  }

  #live(refId: string, link: PeerLink): LiveRef | undefined {
    const live = this.#refs.get(refId);
    return live && isInScope(live.transaction.transactionId, link) ? live : undefined;
  }

  #settlingRef(refId: string, link: PeerLink): LiveRef | undefined {
    for (const transaction of this.#settling) {
      const ref = transaction.delivery.refs.find((served) => served.refId === refId);
      if (ref && isInScope(transaction.transactionId, link)) return { ref, transaction };
    }
    return undefined;
  }

  #tombstone(refId: string, link: PeerLink): Tombstone | undefined {
    const stone = this.#tombstones.get(refId);
    return stone && isInScope(stone.transactionId, link) ? stone : undefined;
  }

  /** What a message is about, if it is of the current download of a receiver on a live ref (rule S12). */
  #current({ refId, downloadId }: { refId: string; downloadId: string }, link: PeerLink): CurrentDownload | undefined {
    const live = this.#live(refId, link);
    const entry = live?.ref.entries.get(link.peerId);
    const receiver = live?.transaction.delivery.roster.receivers.get(link.peerId);
    if (!live || !receiver || entry?.downloadId !== downloadId) return undefined;
    return admission(live.transaction.delivery.roster, link) === 'known' ? { ...live, entry, receiver } : undefined;
  }

  #refuse(
    link: PeerLink,
    { downloadId, pullNo, refId }: Pull,
    code: string,
    reason: string = refusalReason(code),
  ): void {
    this.#context.logger.info(`refused a pull of ref ${shortRef(refId)} by ${printable(link.peerId)}: ${code}`, {
      code,
      reason,
    });
    this.#context.wire
      .send(link.peerId, { kind: 'refused', downloadId, pullNo, code, reason: reason.slice(0, 500) })
      .catch(() => {});
  }
}

/** What one receiver of one transaction holds. */
export interface HeldBytes {
  /** The transaction that they are sent for. */
  readonly transactionId: string;
  /** Whom they are sent to. */
  readonly receiverId: string;
  /** Bytes of chunks that the transport has not taken yet. */
  readonly heldBytes: number;
}

interface CurrentDownload extends LiveRef {
  readonly entry: LedgerEntry;
  readonly receiver: Receiver;
}

function isInScope(transactionId: string, link: PeerLink): boolean {
  return link.transactionId === undefined || link.transactionId === transactionId;
}

function refusalReason(code: string): string {
  return errorCodeEntry(code)?.meaning ?? code;
}
