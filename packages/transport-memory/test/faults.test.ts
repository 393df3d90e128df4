import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fault, type FaultPlan, ManualClock, MemoryNetwork, seededRandom } from '../src/index.ts';
import { faultFunction } from '../src/faults.ts';
import { bytes, codeOfSend, message, pair, recordOf } from './support.ts';

const onSecond = (fault: Fault): FaultPlan => ({ rules: [{ from: 'a', to: 'b', nth: 2, fault }] });

/** Sends messages 1, 2 and 3 from a to b and lets what is due arrive. */
async function sendThree(fault: Fault) {
  const scene = pair(onSecond(fault));
  const results = [1, 2, 3].map((id) => codeOfSend(scene.a.send('b', message(id, bytes(0, 0, 0)))));
  await scene.clock.advance(0);
  return { ...scene, results };
}

describe('each fault', () => {
  it('drop: the message vanishes and its send resolves', async () => {
    const { seenByB, results } = await sendThree({ kind: 'drop' });
    expect(seenByB).toEqual(['1', '3']);
    expect(await Promise.all(results)).toEqual(['sent', 'sent', 'sent']);
  });

  it('delay: the message and those behind it arrive later, in order', async () => {
    const { seenByB, clock } = await sendThree({ kind: 'delay', delayMs: 25 });
    expect(seenByB).toEqual(['1']);
    await clock.advance(24);
    expect(seenByB).toEqual(['1']);
    await clock.advance(1);
    expect(seenByB).toEqual(['1', '2', '3']);
    expect(clock.pending).toBe(0);
  });

  it('duplicate: the message arrives twice in a row', async () => {
    const { seenByB } = await sendThree({ kind: 'duplicate' });
    expect(seenByB).toEqual(['1', '2', '2', '3']);
  });

  it('duplicate with afterMs: the repeat comes that much later', async () => {
    const { seenByB, clock, network } = await sendThree({ kind: 'duplicate', afterMs: 40 });
    expect(seenByB).toEqual(['1', '2', '3']);
    expect(network.inFlight).toBe(1);
    await clock.advance(40);
    expect(seenByB).toEqual(['1', '2', '3', '2']);
  });

  it('reorder: the next message overtakes it', async () => {
    const { seenByB, clock } = await sendThree({ kind: 'reorder' });
    expect(seenByB).toEqual(['1', '3', '2']);
    expect(clock.pending).toBe(0);
  });

  it('reorder: the last message arrives after holdMs though none follows', async () => {
    const { clock, a, seenByB } = pair({ rules: [{ fault: { kind: 'reorder', holdMs: 30 } }] });
    await a.send('b', message(1));
    await clock.advance(29);
    expect(seenByB).toEqual([]);
    await clock.advance(1);
    expect(seenByB).toEqual(['1']);
  });

  it('cut: what came before arrives, the message is lost with the link, sends behind it reject', async () => {
    const { seenByB, seenByA, results } = await sendThree({ kind: 'cut' });
    expect(seenByB).toEqual(['1', 'lost:link_lost']);
    expect(seenByA).toEqual(['lost:link_lost']);
    expect(await Promise.all(results)).toEqual(['sent', 'link_lost', 'link_lost']);
  });

  it('cut with delivered: the message arrives although its send rejects', async () => {
    const { seenByB, results } = await sendThree({ kind: 'cut', delivered: true });
    expect(seenByB).toEqual(['1', '2', 'lost:link_lost']);
    expect(await results[1]).toBe('link_lost');
  });

  it('refuse: the two cannot reach each other for a while, in either direction', async () => {
    const { a, b, clock, seenByB, results } = await sendThree({ kind: 'refuse', forMs: 100 });
    expect(await Promise.all(results)).toEqual(['link_lost', 'unreachable', 'unreachable']);
    expect(await codeOfSend(b.send('a', message(9)))).toBe('unreachable');
    await clock.advance(100);
    expect(await codeOfSend(a.send('b', message(4)))).toBe('sent');
    expect(seenByB).toEqual(['lost:link_lost', '4']);
  });
});

/** A body of zeros as it arrives, corrupted by one seed. */
const corrupted = async (seed: number): Promise<Uint8Array | undefined> => {
  const network = new MemoryNetwork({ seed, faults: () => ({ kind: 'corrupt' }) });
  const body = new Promise<Uint8Array | undefined>((resolve) => {
    network.endpoint('b').onMessage((incoming) => resolve(incoming.body[0]));
  });
  await network.endpoint('a').send('b', message(1, new Uint8Array(1000)));
  return body;
};

/** 200 draws by one seed. */
const draw = (seed: number) => {
  const plan = faultFunction({ probabilities: { drop: 0.3, delay: 0.3, cut: 0.3 }, maxFaults: 20 }, seededRandom(seed));
  return Array.from({ length: 200 }, (_, index) =>
    plan({ nth: index + 1, from: 'a', to: 'b', header: bytes(), bodyBytes: 1 }),
  );
};

describe('corrupt', () => {
  it('flips one bit of the body in a copy: header and the sender’s memory stay', async () => {
    const { a, b, clock } = pair({ rules: [{ fault: { kind: 'corrupt', at: 4 } }] });
    const received: unknown[] = [];
    b.onMessage(({ header, body }) => received.push(header, ...body));
    const first = bytes(1, 2, 3);
    const second = bytes(4, 5, 6);
    await a.send('b', message(7, first, second));
    await clock.advance(0);
    expect(received).toEqual([bytes(7), bytes(1, 2, 3), bytes(4, 4, 6)]);
    expect(second).toEqual(bytes(4, 5, 6));
    expect(received[1]).toBe(first);
  });

  it('takes a random byte that the seed fixes', async () => {
    const once = await corrupted(5);
    expect(once?.reduce((sum, byte) => sum + byte, 0)).toBe(1);
    expect(await corrupted(5)).toEqual(once);
    expect(await corrupted(6)).not.toEqual(once);
  });

  it('spares a message without a body', async () => {
    const { a, clock, seenByB } = pair({ rules: [{ fault: { kind: 'corrupt' } }] });
    await a.send('b', message(3));
    await clock.advance(0);
    expect(seenByB).toEqual(['3']);
  });
});

describe('fault plans', () => {
  it('a function sees direction, count and header', async () => {
    const asked: unknown[] = [];
    const { a, b } = pair(({ nth, from, to, header, bodyBytes }) => {
      asked.push([nth, from, to, [...header], bodyBytes]);
      return header[0] === 2 ? { kind: 'drop' } : undefined;
    });
    await a.send('b', message(1, bytes(1, 2), bytes(3)));
    await b.send('a', message(2));
    await a.send('b', message(3));
    expect(asked).toEqual([
      [1, 'a', 'b', [1], 3],
      [1, 'b', 'a', [2], 0],
      [2, 'a', 'b', [3], 0],
    ]);
  });

  it('rules choose by direction, number and body; the first that matches counts', () => {
    const plan = faultFunction(
      {
        rules: [
          { from: 'a', nth: [2, 4], fault: { kind: 'drop' } },
          { to: 'b', withBody: true, fault: { kind: 'cut' } },
        ],
      },
      seededRandom(1),
    );
    const ask = (nth: number, from: string, to: string, bodyBytes: number) =>
      plan({ nth, from, to, header: bytes(), bodyBytes })?.kind;
    expect([
      ask(2, 'a', 'b', 9),
      ask(3, 'a', 'b', 9),
      ask(3, 'a', 'b', 0),
      ask(4, 'c', 'b', 1),
      ask(4, 'c', 'a', 1),
    ]).toEqual(['drop', 'cut', undefined, 'cut', undefined]);
  });

  it('draws are repeatable by seed and stop after maxFaults', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(draw(seed)).toEqual(draw(seed));
        expect(draw(seed).filter((fault) => fault !== undefined)).toHaveLength(20);
      }),
    );
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('endpoints declare themselves lossy when there is a plan, and only then', () => {
    expect(pair({}).a.capabilities.lossy).toBe(true);
    expect(pair().a.capabilities.lossy).toBe(false);
  });
});

describe('any seeded schedule', () => {
  it('leaves nothing in flight, no timer, and settles every send', async () => {
    const kinds = ['drop', 'delay', 'duplicate', 'reorder', 'corrupt', 'cut', 'refuse'] as const;
    const probabilities = Object.fromEntries(kinds.map((kind) => [kind, 0.1]));
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const clock = new ManualClock();
        const network = new MemoryNetwork({ clock, seed, faults: { probabilities, maxFaultMs: 20 } });
        const endpoints = ['a', 'b', 'c'].map((id) => network.endpoint(id));
        const records = endpoints.map((endpoint) => recordOf(endpoint));
        const sends = Array.from({ length: 60 }, (_, id) =>
          codeOfSend(endpoints[id % 3]?.send('abc'[(id + 1) % 3] ?? '', message(id, bytes(1, 2))) ?? Promise.resolve()),
        );
        await clock.advance(1000);
        const results = await Promise.all(sends);
        expect(results.every((result) => ['sent', 'link_lost', 'unreachable'].includes(result))).toBe(true);
        expect(records.flat().length).toBeGreaterThan(0);
        expect([network.inFlight, clock.pending]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });
});
