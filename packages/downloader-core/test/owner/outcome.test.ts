import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { makeOutcome, type OutcomeInput, type ReceiverOutcome, type RefOutcome } from '../../src/owner/outcome.ts';

const success = (receiverId: string, goodputBytes = 0, wireBytes = 0): ReceiverOutcome => ({
  receiverId,
  status: 'success',
  strength: 'proven',
  goodputBytes,
  wireBytes,
});
const failed = (receiverId: string | null): ReceiverOutcome => ({
  receiverId,
  status: 'failed',
  reason: 'idle',
  strength: 'claimed',
  goodputBytes: 0,
  wireBytes: 0,
});
const oneRef: RefOutcome[] = [{ refId: 'R1', receivers: [{ receiverId: 'a', status: 'success' }] }];
const input = (details: Partial<OutcomeInput>): OutcomeInput => ({
  transactionId: 'T1',
  end: 'finished',
  expectedCount: 1,
  minReceivers: undefined,
  refs: oneRef,
  receivers: [success('a')],
  others: [],
  elapsedMs: 5,
  ...details,
});

describe('the outcome', () => {
  it.each(['finished', 'timeout', 'deleted'] as const)('O1 everybody succeeded: completed, also when %s', (end) => {
    const outcome = makeOutcome(input({ end }));
    expect(outcome).toMatchObject({ status: 'completed', end, quorumMet: true });
    expect(outcome).not.toHaveProperty('reason');
  });

  it.each([
    ['deleted', { end: 'deleted', receivers: [failed('a')] }, { status: 'aborted' }],
    ['timed out', { end: 'timeout', receivers: [failed('a')] }, { status: 'failed', reason: 'timeout' }],
    ['no receivers declared', { expectedCount: undefined }, { status: 'failed', reason: 'unknown_receiver_count' }],
    ['no objects', { refs: [], receivers: [failed('a')] }, { status: 'failed', reason: 'no_objects' }],
    ['one failed', { receivers: [success('a'), failed('b')], expectedCount: 2 }, { reason: 'receiver_failed' }],
    ['timed out and empty', { end: 'timeout', refs: [] }, { status: 'failed', reason: 'timeout' }],
  ] as const)('O1 %s', (_, details, expected) => {
    expect(makeOutcome(input(details))).toMatchObject({ status: 'failed', ...expected });
  });

  it('O1 an empty seat is a receiver that failed (fault W4)', () => {
    const outcome = makeOutcome(input({ expectedCount: 2, receivers: [success('a'), failed(null)] }));
    expect(outcome).toMatchObject({ status: 'failed', reason: 'receiver_failed', quorumMet: false });
  });

  it('O3 the quorum counts receivers that succeeded on every ref', () => {
    const receivers = [success('a'), success('b'), failed('c')];
    const quorum = (minReceivers: number): boolean =>
      makeOutcome(input({ receivers, expectedCount: 3, minReceivers })).quorumMet;
    expect([1, 2, 3].map(quorum)).toEqual([true, true, false]);
    expect(makeOutcome(input({ receivers, expectedCount: 3 })).quorumMet).toBe(false);
    expect(makeOutcome(input({ minReceivers: 1, refs: [] })).quorumMet).toBe(false);
    expect(makeOutcome(input({ receivers, expectedCount: undefined, minReceivers: 2 })).quorumMet).toBe(true);
  });

  it('O2 strangers count for bytes and for nothing else', () => {
    const outcome = makeOutcome(input({ receivers: [failed('a')], others: [success('s', 7, 9)], minReceivers: 1 }));
    expect(outcome).toMatchObject({ status: 'failed', quorumMet: false, goodputBytes: 7, wireBytes: 9 });
  });

  it('O2 it is immutable all the way down', () => {
    const outcome = makeOutcome(input({ others: [success('s')] }));
    const parts = [outcome, outcome.refs, outcome.refs[0], outcome.refs[0]?.receivers[0], outcome.others[0]];
    for (const part of parts) expect(Object.isFrozen(part)).toBe(true);
  });

  it('D5 it is completed only when nobody failed, whatever else holds', () => {
    const receiver = fc.boolean().map((isFine) => (isFine ? success('a', 1, 2) : failed('b')));
    const ends = fc.constantFrom('finished', 'timeout', 'deleted');
    fc.assert(
      fc.property(fc.array(receiver, { maxLength: 5 }), ends, fc.boolean(), (receivers, end, hasRefs) => {
        const refs = hasRefs ? oneRef : [];
        const outcome = makeOutcome(input({ receivers, end, refs, expectedCount: receivers.length }));
        const isBetter = hasRefs && receivers.every(({ status }) => status === 'success');
        expect(outcome.status === 'completed').toBe(isBetter);
        expect(outcome.goodputBytes).toBe(receivers.filter(({ status }) => status === 'success').length);
      }),
    );
  });
});
