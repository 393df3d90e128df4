import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CreditWindow } from '../../src/receiver/window.ts';

describe('credit', () => {
  it('S9 begins with the whole window', () => {
    expect(new CreditWindow({ bytes: 1000 }).granted).toEqual({ upToSeq: 1024, upToBytes: 1000 });
  });

  it('S9 of one chunk is strict request and reply', () => {
    const window = new CreditWindow({ bytes: 1000 }, 1);
    expect(window.granted).toEqual({ upToSeq: 1, upToBytes: 1000 });
    expect([window.covers(1, 0), window.covers(2, 10)]).toEqual([true, false]);
  });

  it('S10 of none asks for the description alone', () => {
    const window = new CreditWindow({ bytes: 1000 }, 0);
    expect(window.granted).toEqual({ upToSeq: 0, upToBytes: 0 });
    expect(window.covers(1, 0)).toBe(false);
  });

  it('S9 is given anew when half of the window was consumed, not for every chunk', () => {
    const window = new CreditWindow({ bytes: 1000 });
    expect(window.advance(1, 499)).toBeUndefined();
    expect(window.advance(2, 500)).toEqual({ upToSeq: 1026, upToBytes: 1500 });
    expect(window.granted).toEqual({ upToSeq: 1026, upToBytes: 1500 });
  });

  it('S9 is given anew for many chunks without bytes, too', () => {
    const window = new CreditWindow({ bytes: 1000 });
    expect(window.advance(511, 0)).toBeUndefined();
    expect(window.advance(512, 0)).toEqual({ upToSeq: 1536, upToBytes: 1000 });
  });

  it('S9 a window that has become smaller takes nothing back', () => {
    const size = { bytes: 1000 };
    const window = new CreditWindow(size);
    size.bytes = 100;
    expect(window.advance(1, 500)).toBeUndefined();
    expect(window.granted.upToBytes).toBe(1000);
    expect(window.advance(2, 960)).toEqual({ upToSeq: 1026, upToBytes: 1060 });
  });

  it('M3 what may come ahead is the window and one chunk, whatever is consumed', () => {
    const chunks = fc.array(fc.nat({ max: 2000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), chunks, (windowBytes, sizes) => {
        const window = new CreditWindow({ bytes: windowBytes });
        const largest = Math.max(...sizes);
        let [sent, consumed, sentBytes, consumedBytes] = [0, 0, 0, 0];
        // The owner sends whatever it may; then one chunk is consumed.
        while (consumed < sizes.length) {
          while (sent < sizes.length && window.covers(sent + 1, sentBytes)) sentBytes += sizes[sent++] ?? 0;
          expect(sent).toBeGreaterThan(consumed);
          expect(sentBytes - consumedBytes).toBeLessThanOrEqual(windowBytes + largest);
          consumedBytes += sizes[consumed++] ?? 0;
          const before = window.granted;
          const more = window.advance(consumed, consumedBytes);
          expect(window.granted).toEqual(more ?? before);
          expect(window.granted.upToBytes).toBeGreaterThanOrEqual(before.upToBytes);
          expect(window.granted.upToSeq).toBeGreaterThanOrEqual(before.upToSeq);
        }
      }),
    );
  });
});
