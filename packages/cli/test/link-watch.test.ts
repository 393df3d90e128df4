import type { PeerLink } from '@towline/downloader-core/spi';
import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import { LinkWatch } from '../src/net/link-watch.ts';

const message = { header: new Uint8Array(), body: [] };

function watching() {
  const clock = new ManualClock();
  let open: (linkId: string) => void = () => {};
  let lose: (linkId: string) => void = () => {};
  let detached = 0;
  const detach = (): void => void (detached += 1);
  const link = (linkId: string): PeerLink => ({ peerId: 'a', linkId, strength: 'proven' });
  const watch = new LinkWatch({
    onMessage(listener) {
      open = (linkId) => listener(message, link(linkId));
      return detach;
    },
    onPeerLost(listener) {
      lose = (linkId) => listener(link(linkId));
      return detach;
    },
  });
  const state = { isClosed: false };
  const start = (): void => void watch.allClosed(clock, 250).then(() => (state.isClosed = true));
  return {
    clock,
    watch,
    state,
    start,
    open: (id: string) => open(id),
    lose: (id: string) => lose(id),
    count: () => detached,
  };
}

describe('lingering', () => {
  it('C1 lasts while a receiver is connected, and a moment longer', async () => {
    const { clock, state, start, open, lose } = watching();
    open('1');
    start();
    await clock.advance(10_000);
    expect(state.isClosed).toBe(false);
    lose('1');
    await clock.advance(249);
    expect(state.isClosed).toBe(false);
    await clock.advance(1);
    expect(state.isClosed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('C1 goes on for a receiver that lost its link and comes back', async () => {
    const { clock, state, start, open, lose } = watching();
    open('1');
    start();
    lose('1');
    await clock.advance(100);
    open('2');
    await clock.advance(10_000);
    expect(state.isClosed).toBe(false);
    lose('2');
    await clock.advance(250);
    expect(state.isClosed).toBe(true);
  });

  it('C1 is watched for no longer than needed', () => {
    const { watch, count } = watching();
    watch.close();
    expect(count()).toBe(2);
  });
});
