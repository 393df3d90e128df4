import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';

import { AdaptiveWindow } from '../../src/receiver/adaptive-window.ts';

/** A window on a link of which the round trip is known, and what becomes of it as bytes are consumed at a rate. */
async function windowOf(roundTripMs: number) {
  const { window, clock, consume } = newWindowOf(roundTripMs);
  window.granted(0);
  await clock.advance(roundTripMs);
  window.arrived(0);
  return { window, consume };
}

/** The same when only the first answer was seen. */
function newWindowOf(roundTripMs: number) {
  const clock = new ManualClock();
  const window = new AdaptiveWindow(clock, 1000, 8000);
  window.answered(roundTripMs);
  let consumed = 0;
  return {
    window,
    clock,
    /** Consumes for some time. */
    consume: async (bytesPerMs: number, forMs: number): Promise<number> => {
      for (let ms = 0; ms < forMs; ms += 1) {
        await clock.advance(1);
        window.consumed((consumed += bytesPerMs));
      }
      return window.bytes;
    },
  };
}

describe('the window', () => {
  it('S9 grows until it lasts two round trips', async () => {
    const { consume } = await windowOf(50);
    expect(await consume(30, 1000)).toBe(4000);
    expect(await consume(30, 1000)).toBe(4000);
  });

  it('S9 grows once as soon as a quarter of it shows the rate, and again when a grant was answered', async () => {
    const { consume, window, clock } = newWindowOf(100);
    expect(await consume(100, 3)).toBe(1000);
    // The first of it is where counting begins.
    expect(await consume(100, 1)).toBe(2000);
    expect(await consume(100, 100)).toBe(2000);
    window.granted(11_000);
    window.arrived(10_900);
    await clock.advance(100);
    expect(await consume(100, 20)).toBe(2000);
    window.arrived(11_000);
    expect(await consume(100, 20)).toBe(4000);
  });

  it('S9 does not take a first answer that had to be prepared for the round trip', async () => {
    const { window, clock, consume } = newWindowOf(50);
    window.granted(500);
    await clock.advance(1);
    window.arrived(500);
    expect(await consume(100, 1000)).toBe(1000);
  });

  it('S9 stays as large as it is where all comes without a pause', async () => {
    const { window, consume } = newWindowOf(50);
    for (let half = 0; half < 100; half += 1) {
      window.granted(half * 500);
      await consume(100, 5);
      window.arrived(half * 500 + 500);
    }
    expect(window.bytes).toBe(2000);
  });

  it('S9 stays within its bounds', async () => {
    expect(await (await windowOf(50)).consume(1000, 1000)).toBe(8000);
    expect(await (await windowOf(50)).consume(1, 5000)).toBe(1000);
  });

  it('S9 does not grow where the link is short', async () => {
    expect(await (await windowOf(1)).consume(100, 1000)).toBe(1000);
  });

  it('S9 shrinks when the consumer has become slow', async () => {
    const { consume } = await windowOf(10);
    expect(await consume(300, 200)).toBe(8000);
    expect(await consume(5, 10_000)).toBe(1000);
  });

  it('S9 takes the quickest answer for the round trip', async () => {
    const { window, consume } = await windowOf(5);
    window.answered(500);
    expect(await consume(30, 1000)).toBe(1000);
  });

  it('S9 does not count the time between two pulls', async () => {
    const clock = new ManualClock();
    const window = new AdaptiveWindow(clock, 1000, 8000);
    window.answered(10);
    window.consumed(1);
    await clock.advance(1000);
    window.answered(10);
    window.consumed(1);
    await clock.advance(5);
    window.consumed(1001);
    expect(window.bytes).toBe(2000);
  });
});
