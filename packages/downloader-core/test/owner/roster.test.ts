import { maxReceivers } from '../../src/owner/options.ts';
import { describe, expect, it } from 'vitest';

import type { IdentityStrength, PeerLink } from '../../src/base/transport.ts';
import {
  admission,
  emptySeats,
  expectedReceivers,
  maxStrangers,
  newRoster,
  type Roster,
  seat,
} from '../../src/owner/roster.ts';

const link = (peerId: string, strength: IdentityStrength = 'proven'): PeerLink => ({ peerId, strength, linkId: 'l' });
const roster = (plan: Partial<Roster['plan']>): Roster =>
  newRoster({ receivers: undefined, receiverCount: undefined, admitAnyone: false, trust: 'claimed', ...plan }, 0);

/** Admits a peer and gives it its place; says as what. */
function come(of: Roster, peer: PeerLink): ReturnType<typeof admission> {
  const as = admission(of, peer);
  if (as !== 'not_admitted' && as !== 'full') seat(of, peer, as, 0).pulled = true;
  return as;
}

describe('the roster', () => {
  it('T4 the first n identities that come take the seats, later ones find it full', () => {
    const seats = roster({ receiverCount: 2 });
    expect(emptySeats(seats)).toBe(2);
    expect(['a', 'b', 'c', 'a', 'b'].map((id) => come(seats, link(id)))).toEqual([
      'expected',
      'expected',
      'full',
      'known',
      'known',
    ]);
    expect(expectedReceivers(seats).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(emptySeats(seats)).toBe(0);
  });

  it('T4 asking whether one is admitted takes no seat', () => {
    const seats = roster({ receiverCount: 1 });
    expect(admission(seats, link('a'))).toBe('expected');
    expect(admission(seats, link('b'))).toBe('expected');
  });

  it('T4 a seat that was closed is not given away', () => {
    const seats = roster({ receiverCount: 2 });
    come(seats, link('a'));
    seats.closedSeats = 1;
    expect(emptySeats(seats)).toBe(0);
    expect(come(seats, link('b'))).toBe('full');
  });

  it('R8 with declared identities only those are admitted', () => {
    const declared = roster({ receivers: ['a'], receiverCount: 1, trust: 'proven' });
    expect(come(declared, link('a'))).toBe('known');
    expect(come(declared, link('b'))).toBe('not_admitted');
    expect([...declared.receivers.keys()]).toEqual(['a']);
  });

  it('R8 strangers are admitted beside them when anyone is, but never expected', () => {
    const open = roster({ receivers: ['a'], receiverCount: 1, admitAnyone: true, trust: 'proven' });
    expect(come(open, link('b', 'claimed'))).toBe('other');
    expect(come(open, link('b', 'claimed'))).toBe('known');
    expect(expectedReceivers(open).map(({ id }) => id)).toEqual(['a']);
    expect(emptySeats(open)).toBe(0);
  });

  it('R8 there are at most 1,000 strangers, then it is full; the known and the declared still come in', () => {
    const open = roster({ receivers: ['a'], receiverCount: 1, admitAnyone: true, trust: 'proven' });
    for (let index = 0; index < maxStrangers; index += 1) expect(come(open, link(`s${index}`))).toBe('other');
    expect(maxStrangers).toBe(1000);
    expect(come(open, link('late'))).toBe('full');
    expect(come(open, link('s999'))).toBe('known');
    expect(come(open, link('a'))).toBe('known');
  });

  it('T5 without declared receivers everybody is admitted and nobody expected, up to a bound on names', () => {
    const open = roster({});
    expect(come(open, link('a', 'claimed'))).toBe('other');
    expect(expectedReceivers(open)).toEqual([]);
    for (let index = 1; index < maxReceivers; index += 1) come(open, link(`r${index}`));
    expect(open.receivers.size).toBe(maxReceivers);
    expect(come(open, link('one more'))).toBe('full');
  });

  it.each([
    ['proven', ['not_admitted', 'not_admitted', 'known']],
    ['vouched', ['not_admitted', 'known', 'known']],
    ['claimed', ['known', 'known', 'known']],
  ] as const)('R9 a declared identity that must be %s', (trust, expected) => {
    const strengths = ['claimed', 'vouched', 'proven'] as const;
    const asked = strengths.map((strength) =>
      admission(roster({ receivers: ['a'], receiverCount: 1, trust }), link('a', strength)),
    );
    expect(asked).toEqual(expected);
  });

  it('R9 a declared name that is too weak is not let in as a stranger either', () => {
    const open = roster({ receivers: ['a'], receiverCount: 1, admitAnyone: true, trust: 'proven' });
    expect(admission(open, link('a', 'claimed'))).toBe('not_admitted');
  });

  it('R9 trust counts without declared receivers, too', () => {
    expect(admission(roster({ receiverCount: 1, trust: 'vouched' }), link('a', 'claimed'))).toBe('not_admitted');
    expect(admission(roster({ receiverCount: 1, trust: 'vouched' }), link('a', 'vouched'))).toBe('expected');
  });

  it('R9 an identity is never told to be stronger than at its weakest pull', () => {
    const seats = roster({ receivers: ['a'], receiverCount: 1 });
    const strengthAfter = (strength: IdentityStrength): IdentityStrength | undefined => {
      come(seats, link('a', strength));
      return expectedReceivers(seats)[0]?.strength;
    };
    expect(['proven', 'vouched', 'proven'].map((strength) => strengthAfter(strength as IdentityStrength))).toEqual([
      'proven',
      'vouched',
      'vouched',
    ]);
  });
});
