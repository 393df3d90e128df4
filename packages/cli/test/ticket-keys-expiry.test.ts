import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import { TicketKeys } from '../src/net/ticket-keys.ts';
import { issueTickets, type TicketTerms, ticketLifetimeMs } from '../src/ticket/issuer.ts';

const terms: TicketTerms = {
  owner: 'owner',
  transactionId: 'T1',
  indexRefId: 'R1',
  addresses: ['127.0.0.1:1'],
  keyed: true,
};

function keysFor(names: readonly string[]) {
  const clock = new ManualClock();
  const keys = new TicketKeys(clock);
  const expired: string[] = [];
  const issued = issueTickets(terms, names, clock);
  for (const ticket of issued) keys.add(ticket, (identity) => expired.push(identity));
  return { clock, keys, expired, issued, identities: issued.map(({ identity }) => identity) };
}

describe('the tickets that work', () => {
  it('K2 K3 are found by their identity, with the name that they prove and the one transaction', () => {
    const { keys, issued, identities } = keysFor(['a']);
    expect(keys.find(identities[0] ?? '')).toMatchObject({
      key: issued[0]?.ticket.key,
      receiver: 'a',
      transactionId: 'T1',
    });
    expect(keys.find('towline1.other')).toBeUndefined();
  });

  it('K4 stop working at their expiry, on the monotonic clock: a jump of the wall clock changes nothing', async () => {
    const { clock, keys, identities } = keysFor([]);
    const [identity = ''] = identities;
    clock.jumpWall(ticketLifetimeMs * 2);
    await clock.advance(ticketLifetimeMs - 1);
    expect(keys.find(identity)).toBeDefined();
    await clock.advance(1);
    expect(keys.find(identity)).toBeUndefined();
  });

  it('K4 have their open links closed at their expiry', async () => {
    const { clock, expired, identities } = keysFor(['a', 'b']);
    await clock.advance(ticketLifetimeMs - 1);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual(identities);
  });

  it('K4 keep no timer after the end', () => {
    const { clock, keys } = keysFor(['a', 'b']);
    keys.close();
    expect(clock.pending).toBe(0);
  });
});
