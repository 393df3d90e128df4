import type { IdentityStrength, PeerLink } from '../base/transport.ts';
import { maxReceivers, type TransactionPlan } from './options.ts';

/** One receiver of a transaction, over all its refs. */
export interface Receiver {
  readonly id: string;
  strength: IdentityStrength;
  /** Whether the transaction waits for it. */
  readonly expected: boolean;
  /** Whether it pulled anything of the transaction. */
  pulled: boolean;
  /** Since when it is silent: its last message, or when it last got something to pull. */
  silentSinceMs: number;
  /** How many of its pulls wait for budget or `produce`: it is not silent meanwhile. */
  waiting: number;
  /** How many refs it pulled. */
  startedRefs: number;
  /** On how many refs it is final. */
  finalRefs: number;
  /** Set when it was failed for the whole transaction, refs added later included. */
  failedReason?: string;
}

/** Who receives a transaction: plain data. */
export interface Roster {
  readonly plan: Pick<TransactionPlan, 'receivers' | 'receiverCount' | 'admitAnyone' | 'trust'>;
  /** By identity, in the order of declaring or coming. */
  readonly receivers: Map<string, Receiver>;
  /** Empty seats that are no longer given away. */
  closedSeats: number;
}

/** Strangers of one transaction at most (rule R8). */
export const maxStrangers = 1000;

const strengths: readonly IdentityStrength[] = ['claimed', 'vouched', 'proven'];

/** A roster with the declared receivers. */
export function newRoster(plan: Roster['plan'], nowMs: number): Roster {
  const receivers = new Map<string, Receiver>();
  for (const id of plan.receivers ?? []) receivers.set(id, newReceiver(id, 'claimed', true, nowMs));
  return { plan, receivers, closedSeats: 0 };
}

/** Whether an identity may pull, as what, and if not why (rules T4, R8, R9). Changes nothing. */
export function admission(roster: Roster, link: PeerLink): 'known' | 'expected' | 'other' | 'not_admitted' | 'full' {
  const { plan, receivers } = roster;
  const known = receivers.get(link.peerId);
  if (isWeaker(link.strength, plan.trust) && (known?.expected || !plan.admitAnyone)) return 'not_admitted';
  if (known) return 'known';
  if (plan.receivers && !plan.admitAnyone) return 'not_admitted';
  if (plan.receivers) return receivers.size - plan.receivers.length < maxStrangers ? 'other' : 'full';
  if (plan.receiverCount === undefined) return receivers.size < maxReceivers ? 'other' : 'full';
  return receivers.size + roster.closedSeats < plan.receiverCount ? 'expected' : 'full';
}

/** The receiver of a link that was admitted; gives it a seat or a stranger's place when it is new. */
export function seat(roster: Roster, link: PeerLink, as: 'known' | 'expected' | 'other', nowMs: number): Receiver {
  const receiver =
    roster.receivers.get(link.peerId) ?? newReceiver(link.peerId, link.strength, as === 'expected', nowMs);
  roster.receivers.set(receiver.id, receiver);
  // Whoever pulled with a weak identity once may have been somebody else.
  if (!receiver.pulled || isWeaker(link.strength, receiver.strength)) receiver.strength = link.strength;
  return receiver;
}

/** The receivers that are waited for and known by name. */
export function expectedReceivers(roster: Roster): Receiver[] {
  return [...roster.receivers.values()].filter((receiver) => receiver.expected);
}

/** Whether a ref of its is open: who is expected owes every ref, another one those that it pulled. */
export function hasOpenRefs({ expected, startedRefs, finalRefs }: Receiver, refCount: number): boolean {
  return finalRefs < (expected ? refCount : startedRefs);
}

/** Whether nobody but one receiver is ever admitted. */
export function hasOneReceiver({ receivers, receiverCount, admitAnyone }: Roster['plan']): boolean {
  return !admitAnyone && (receivers?.length ?? receiverCount) === 1;
}

/** Seats that nobody took and that are still to be had. */
export function emptySeats(roster: Roster): number {
  const { receivers, receiverCount } = roster.plan;
  return receivers || receiverCount === undefined ? 0 : receiverCount - roster.receivers.size - roster.closedSeats;
}

function isWeaker(a: IdentityStrength, b: IdentityStrength): boolean {
  return strengths.indexOf(a) < strengths.indexOf(b);
}

function newReceiver(id: string, strength: IdentityStrength, expected: boolean, nowMs: number): Receiver {
  return { id, strength, expected, pulled: false, silentSinceMs: nowMs, waiting: 0, startedRefs: 0, finalRefs: 0 };
}
