import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Logger } from '../../src/base/logger.ts';
import { givenId, maxReceivers, planTransaction, type TransactionOptions } from '../../src/owner/options.ts';

const warnings: unknown[] = [];
const ignore = (): void => {};
const logger: Logger = {
  debug: ignore,
  info: ignore,
  warn: (message, fields) => void warnings.push([message, fields]),
  error: ignore,
};
const plan = (options: Partial<TransactionOptions>): ReturnType<typeof planTransaction> =>
  planTransaction({ timeoutMs: 1000, ...options }, logger);
const refused = (options: Partial<Record<keyof TransactionOptions, unknown>>): (() => unknown) => {
  return () => plan(options as Partial<TransactionOptions>);
};
const accepted = (id: string): boolean => {
  try {
    return givenId('id', id) === id;
  } catch {
    return false;
  }
};
const invalid = expect.objectContaining({ code: 'invalid_argument', side: 'local' });

describe('the options of a transaction', () => {
  it('T1 a given id is used as it is, up to 128 bytes of UTF-8', () => {
    expect(givenId('transactionId', undefined)).toBeUndefined();
    for (const id of ['x', 'ü/…:*', 'a'.repeat(128), 'é'.repeat(64)]) expect(givenId('transactionId', id)).toBe(id);
  });

  it.each([
    ['empty', ''],
    ['longer than 128 bytes', 'a'.repeat(129)],
    ['longer than 128 bytes in UTF-8', 'é'.repeat(65)],
    ['not in form NFC', 'e\u0301'],
    ['with a control character', 'a\nb'],
    ['with a C1 control character', 'a\u0085b'],
    ['with a lone surrogate', 'a\ud800'],
    ['no text', 7],
  ])('T1 an id that is %s is refused', (_, id) => {
    expect(() => givenId('transactionId', id as string)).toThrow(invalid);
  });

  it('T1 an accepted id is 1–128 bytes in NFC without control characters, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (text) => {
        const bytes = new TextEncoder().encode(text).byteLength;
        const isFine = bytes >= 1 && bytes <= 128 && text.normalize('NFC') === text && !/\p{Cc}|\p{Cs}/u.test(text);
        expect(accepted(text)).toBe(isFine);
      }),
    );
  });

  it('T3 receivers are declared by identity, by number, by both alike, or not at all', () => {
    expect(plan({ receivers: ['a', 'b'] })).toMatchObject({ receivers: ['a', 'b'], receiverCount: 2 });
    expect(plan({ receiverCount: 3 })).toMatchObject({ receivers: undefined, receiverCount: 3 });
    expect(plan({ receivers: ['a', 'b'], receiverCount: 2 })).toMatchObject({ receiverCount: 2 });
    expect(plan({})).toMatchObject({ receivers: undefined, receiverCount: undefined });
  });

  it.each([
    ['an empty list', { receivers: [] }],
    ['no list', { receivers: 'a' }],
    ['an identity that is no id', { receivers: ['a', ''] }],
    ['counts that differ', { receivers: ['a', 'b'], receiverCount: 3 }],
    ['no receiver at all', { receiverCount: 0 }],
    ['a negative number', { receiverCount: -1 }],
    ['a broken number', { receiverCount: 1.5 }],
    ['no number', { receiverCount: Number.NaN }],
  ])('T3 %s is refused', (_, options) => {
    expect(refused(options)).toThrow(invalid);
  });

  it('T3 a row of receivers without end is refused', () => {
    const names = Array.from({ length: maxReceivers + 1 }, (_, index) => `r${index}`);
    expect(plan({ receivers: names.slice(1) }).receiverCount).toBe(maxReceivers);
    expect(refused({ receivers: names })).toThrow(invalid);
    expect(refused({ receiverCount: maxReceivers + 1 })).toThrow(invalid);
  });

  it('T3 an identity that is declared twice is one receiver, with a warning', () => {
    warnings.length = 0;
    expect(plan({ receivers: ['a', 'b', 'a'] })).toMatchObject({ receivers: ['a', 'b'], receiverCount: 2 });
    expect(warnings).toEqual([['receivers were declared more than once', { receivers: ['a'] }]]);
  });

  it.each([0, -1, Number.NaN, Infinity, '1000', undefined])('T7 a timeoutMs of %s is refused', (timeoutMs) => {
    expect(refused({ timeoutMs })).toThrow(invalid);
  });

  it('T7 a progressIntervalMs of 0 is every advance; 1,000 is the default', () => {
    expect(plan({ progressIntervalMs: 0 }).progressIntervalMs).toBe(0);
    expect(plan({}).progressIntervalMs).toBe(1000);
    for (const progressIntervalMs of [-1, Number.NaN, Infinity])
      expect(refused({ progressIntervalMs })).toThrow(invalid);
  });

  it('T7 deadlineMs is optional', () => {
    expect(plan({}).deadlineMs).toBeUndefined();
    expect(plan({ deadlineMs: 5 }).deadlineMs).toBe(5);
    for (const deadlineMs of [0, -5, Number.NaN, Infinity]) expect(refused({ deadlineMs })).toThrow(invalid);
  });

  it('T8 receiver budgets must be positive, and may be longer than timeoutMs', () => {
    const budgets = { receiverAcquireTimeoutMs: 5000, receiverIdleTimeoutMs: 7000 };
    expect(plan(budgets)).toMatchObject({ acquireTimeoutMs: 5000, idleTimeoutMs: 7000, timeoutMs: 1000 });
    for (const bad of [0, -1, Number.NaN, Infinity]) {
      expect(refused({ receiverAcquireTimeoutMs: bad })).toThrow(invalid);
      expect(refused({ receiverIdleTimeoutMs: bad })).toThrow(invalid);
    }
  });

  it('D9 the idle budget is timeoutMs unless given; the acquire budget has no limit of its own', () => {
    expect(plan({})).toMatchObject({ idleTimeoutMs: 1000, acquireTimeoutMs: undefined });
  });

  it('S4 the bound of produce is timeoutMs unless given', () => {
    expect(plan({}).produceTimeoutMs).toBe(1000);
    expect(plan({ produceTimeoutMs: 20 }).produceTimeoutMs).toBe(20);
    expect(refused({ produceTimeoutMs: 0 })).toThrow(invalid);
  });

  it('T9 minReceivers is above 0 and at most the receiver count when that is known', () => {
    expect(plan({ receivers: ['a', 'b'], minReceivers: 2 }).minReceivers).toBe(2);
    expect(plan({ minReceivers: 100 }).minReceivers).toBe(100);
    expect(refused({ receivers: ['a'], minReceivers: 2 })).toThrow(invalid);
    expect(refused({ receiverCount: 2, minReceivers: 3 })).toThrow(invalid);
    for (const minReceivers of [0, -1, 1.5, Number.NaN]) expect(refused({ minReceivers })).toThrow(invalid);
  });

  it('R8 only a transaction with declared identities can admit anyone beside them', () => {
    expect(plan({ receivers: ['a'], admit: 'anyone' }).admitAnyone).toBe(true);
    expect(plan({ receivers: ['a'] }).admitAnyone).toBe(false);
    expect(refused({ receiverCount: 1, admit: 'anyone' })).toThrow(invalid);
    expect(refused({ receivers: ['a'], admit: 'everyone' })).toThrow(invalid);
  });

  it('R9 declared identities need to be proven unless the transaction lowers it', () => {
    expect(plan({ receivers: ['a'] }).trust).toBe('proven');
    expect(plan({ receivers: ['a'], trust: 'vouched' }).trust).toBe('vouched');
    expect(plan({ receiverCount: 1 }).trust).toBe('claimed');
    expect(refused({ trust: 'sworn' })).toThrow(invalid);
  });
});
