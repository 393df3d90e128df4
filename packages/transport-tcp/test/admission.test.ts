import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admission, isSmaller } from '../src/admission.ts';

const newcomer = (strength: 'claimed' | 'vouched' | 'proven', instanceId = 'new') => ({ strength, instanceId });
const existing = (strength: 'claimed' | 'vouched' | 'proven', instanceId = 'old') => ({ strength, instanceId });
const idle = { isDialling: false, isOursSmaller: false };

describe('admission', () => {
  it('admits who comes first', () => {
    expect(admission({ newcomer: newcomer('claimed'), ...idle })).toBe('admit');
  });

  it('W6 of two simultaneous dials lets that of the smaller side stay', () => {
    expect(admission({ newcomer: newcomer('proven'), isDialling: true, isOursSmaller: true })).toBe('hold');
    expect(admission({ newcomer: newcomer('proven'), isDialling: true, isOursSmaller: false })).toBe('admit');
    expect(admission({ newcomer: newcomer('proven'), isDialling: false, isOursSmaller: true })).toBe('admit');
  });

  it.each(['claimed', 'proven'] as const)('W6 replaces the older instance of a %s name', (strength) => {
    expect(admission({ newcomer: newcomer(strength), existing: existing(strength), ...idle })).toBe('replace');
  });

  it('R9 finds out whether the older instance of a vouched name lives', () => {
    expect(admission({ newcomer: newcomer('vouched'), existing: existing('vouched'), ...idle })).toBe('probe');
  });

  it.each(['claimed', 'vouched', 'proven'] as const)('supersedes the lost link of the same %s instance', (strength) => {
    expect(admission({ newcomer: newcomer(strength, 'i'), existing: existing(strength, 'i'), ...idle })).toBe(
      'supersede',
    );
  });

  it.each([
    ['claimed', 'vouched'],
    ['claimed', 'proven'],
    ['vouched', 'proven'],
  ] as const)('R9 a %s name does not take a %s one away, but the other way round', (weaker, stronger) => {
    const byWeaker = { newcomer: newcomer(weaker), existing: existing(stronger), ...idle };
    expect(admission(byWeaker)).toBe('name_taken');
    expect(admission({ ...byWeaker, newcomer: newcomer(weaker, 'old') })).toBe('name_taken');
    expect(admission({ newcomer: newcomer(stronger), existing: existing(weaker), ...idle })).toBe('replace');
  });
});

describe('isSmaller', () => {
  it('W6 of two different instances exactly one is the smaller, for both sides', () => {
    const instance = fc.record({
      endpointId: fc.string({ unit: 'grapheme', maxLength: 4 }),
      instanceId: fc.string({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(instance, instance, (one, other) => {
        const isSame = one.endpointId === other.endpointId && one.instanceId === other.instanceId;
        expect(Number(isSmaller(one, other)) + Number(isSmaller(other, one))).toBe(isSame ? 0 : 1);
      }),
    );
  });

  it('compares bytes, the name first', () => {
    expect(isSmaller({ endpointId: 'B', instanceId: 'z' }, { endpointId: 'a', instanceId: 'a' })).toBe(true);
    expect(isSmaller({ endpointId: 'a', instanceId: 'b' }, { endpointId: 'a', instanceId: 'a' })).toBe(false);
    // In UTF-16 the emoji would come first.
    expect(isSmaller({ endpointId: '\uffee', instanceId: 'a' }, { endpointId: '😀', instanceId: 'a' })).toBe(true);
  });
});
