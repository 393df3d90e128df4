import { ManualClock, settle } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { every, systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import {
  childController,
  delay,
  JoinedSignals,
  LazySignal,
  onAbort,
  orAborted,
  orLate,
} from '../../src/base/signals.ts';

const never = new Promise<never>(() => {});

describe('waiting', () => {
  it('L4 a delay ends as soon as the signal aborts, with its reason, and leaves no timer', async () => {
    const clock = new ManualClock();
    const control = new AbortController();
    const waiting = delay(clock, 1000, control.signal);
    control.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(delay(clock, 1000, control.signal)).rejects.toBe('enough');
    expect(clock.pending).toBe(0);
  });

  it('L4 a delay that is over no longer follows the signal', async () => {
    const clock = new ManualClock();
    const waiting = delay(clock, 1000, new AbortController().signal);
    await clock.advance(1000);
    await expect(waiting).resolves.toBeUndefined();
  });

  it('L4 any work is left as soon as the signal aborts', async () => {
    const control = new AbortController();
    const waiting = orAborted(never, control.signal);
    control.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(orAborted(Promise.reject(new Error('unheard')), control.signal)).rejects.toBe('enough');
    await expect(orAborted('value', new AbortController().signal)).resolves.toBe('value');
  });

  it('E4 work that takes too long is late', async () => {
    const clock = new ManualClock();
    const waiting = orLate(clock, never, 1000);
    await clock.advance(1000);
    await expect(waiting).resolves.toBe('late');
    await expect(orLate(clock, 'value', 1000)).resolves.toBe('value');
    await expect(orLate(clock, Promise.reject(new TypeError('broken')), 1000)).rejects.toThrow('broken');
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('L4 whoever follows a signal is called once, and not after taking it back', () => {
    const control = new AbortController();
    const calls: string[] = [];
    onAbort(control.signal, () => calls.push('one'));
    onAbort(control.signal, () => calls.push('two'))();
    control.abort();
    control.abort();
    expect(calls).toEqual(['one']);
  });

  it('L4 a child follows the first of its parents, until it is detached', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const child = childController(one.signal, undefined, two.signal);
    two.abort('two');
    one.abort('one');
    expect(child.signal.reason).toBe('two');
    expect(childController(two.signal).signal.aborted).toBe(true);

    const parent = new AbortController();
    const detached = childController(parent.signal);
    detached.detach();
    parent.abort();
    expect(detached.signal.aborted).toBe(false);
    detached.abort('own');
    expect(detached.signal.reason).toBe('own');
  });
});

describe('time and chance', () => {
  it('S14 a beat comes at every interval until it is stopped', async () => {
    const clock = new ManualClock();
    const beats: number[] = [];
    const stop = every(clock, 100, () => beats.push(clock.now()));
    await clock.advance(350);
    stop();
    await clock.advance(350);
    expect(beats).toEqual([100, 200, 300]);
    expect(clock.pending).toBe(0);
  });

  it('E7 a timer of the platform can be taken back, and one beyond 32 bits does not fire at once', () => {
    let fired = false;
    const cancel = systemClock.setTimer(2 ** 40, () => (fired = true));
    cancel();
    cancel();
    expect(fired).toBe(false);
    expect(systemClock.now()).toBeLessThanOrEqual(systemClock.now());
    expect(systemClock.wallNow()).toBeGreaterThan(Date.UTC(2024, 0, 1));
  });

  it('T1 ids are random UUIDs, fractions lie from 0 to below 1', () => {
    expect(systemRandom.uuid()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(systemRandom.uuid()).not.toBe(systemRandom.uuid());
    for (let draw = 0; draw < 100; draw += 1) {
      const fraction = systemRandom.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
    }
  });
});

describe('signals of many downloads', () => {
  it('L4 those who join the same signal get the same one, which aborts with either', () => {
    for (const which of ['own', 'common'] as const) {
      const controls = { own: new AbortController(), common: new AbortController() };
      const signals = new JoinedSignals(controls.common.signal);
      const joined = signals.join(controls.own.signal);
      expect(signals.join(controls.own.signal)).toBe(joined);
      controls[which].abort(which);
      expect([joined.aborted, joined.reason]).toEqual([true, which]);
    }
  });

  it('L4 without a signal of their own they get the common one', () => {
    const common = new AbortController();
    const signals = new JoinedSignals(common.signal);
    expect(signals.join(undefined)).toBe(common.signal);
    signals.leave(undefined);
  });

  it('L4 nothing is followed once the last of them has left', () => {
    const own = new AbortController();
    const signals = new JoinedSignals(new AbortController().signal);
    const joined = signals.join(own.signal);
    signals.join(own.signal);
    signals.leave(own.signal);
    expect(signals.join(own.signal)).toBe(joined);
    signals.leave(own.signal);
    signals.leave(own.signal);
    signals.leave(own.signal);
    own.abort();
    expect(joined.aborted).toBe(false);
    expect(signals.join(own.signal)).not.toBe(joined);
  });

  it('L4 a signal that is made when somebody looks follows until the work is over', () => {
    const parent = new AbortController();
    const over = new LazySignal(parent.signal);
    over.detach();
    const lazy = new LazySignal(parent.signal);
    const ended = new LazySignal(parent.signal);
    const { signal } = ended;
    ended.detach();
    expect(lazy.signal).toBe(lazy.signal);
    const late = over.signal;
    parent.abort('enough');
    expect([lazy.signal.aborted, lazy.signal.reason, signal.aborted]).toEqual([true, 'enough', false]);
    expect(late.aborted).toBe(false);
    const afterwards = new LazySignal(parent.signal);
    afterwards.detach();
    expect(afterwards.signal.reason).toBe('enough');
  });
});
