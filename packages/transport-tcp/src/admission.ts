import type { IdentityStrength } from '@towline/downloader-core/spi';

/** Names one life of an endpoint. */
export interface Instance {
  readonly endpointId: string;
  readonly instanceId: string;
}

/** A peer that has dialled us, or is linked. */
export interface Candidate {
  readonly instanceId: string;
  readonly strength: IdentityStrength;
}

/** What is known when a peer that dialled us has said who it is. */
export interface AdmissionQuestion {
  readonly newcomer: Candidate;
  /** The peer of that name that is linked. */
  readonly existing?: Candidate | undefined;
  /** Whether we are dialling that name ourselves, and are past any back-off. */
  readonly isDialling: boolean;
  /** Whether our own (endpointId, instanceId) is the smaller of the two. */
  readonly isOursSmaller: boolean;
}

/**
 * - `admit`: it is the peer's link now; an own dial is given up
 * - `hold`: it waits for the end of our own dial, whose link stays if it succeeds
 * - `supersede`: the existing link is of the same instance, which would not dial if it still had it
 * - `replace`: the existing link is of an older instance, which is told so
 * - `probe`: only one of them may live; whether the existing one does has to be found out
 * - `name_taken`: refused
 */
export type Admission = 'admit' | 'hold' | 'supersede' | 'replace' | 'probe' | 'name_taken';

const ranks: Readonly<Record<IdentityStrength, number>> = { claimed: 0, vouched: 1, proven: 2 };

/** Decides about a newcomer (rules W6 and R9). */
export function admission({ newcomer, existing, isDialling, isOursSmaller }: AdmissionQuestion): Admission {
  if (!existing) return isDialling && isOursSmaller ? 'hold' : 'admit';
  const advantage = ranks[newcomer.strength] - ranks[existing.strength];
  // Who can prove the name has it; nobody who cannot takes it away.
  if (advantage !== 0) return advantage > 0 ? 'replace' : 'name_taken';
  if (newcomer.instanceId === existing.instanceId) return 'supersede';
  return newcomer.strength === 'vouched' ? 'probe' : 'replace';
}

/** The order of instances by the bytes of their names, then of their instance ids. */
export function isSmaller(one: Instance, other: Instance): boolean {
  const byName = Buffer.compare(Buffer.from(one.endpointId), Buffer.from(other.endpointId));
  return (byName || Buffer.compare(Buffer.from(one.instanceId), Buffer.from(other.instanceId))) < 0;
}
