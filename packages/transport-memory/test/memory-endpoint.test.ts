import { describe, expect, it } from 'vitest';
import { MemoryNetwork, settle } from '../src/index.ts';
import { bytes, codeOf, codeOfSend, message, pair, recordOf } from './support.ts';

describe('sending', () => {
  it('W1 messages arrive whole, asynchronously and in the order of the send calls', async () => {
    const { a, clock, seenByB } = pair();
    const sends = [1, 2, 3].map((id) => a.send('b', message(id)));
    expect(seenByB).toEqual([]);
    await clock.advance(0);
    await Promise.all(sends);
    expect(seenByB).toEqual(['1', '2', '3']);
  });

  it('W1 a message comes from the true sender with its strength and scope', async () => {
    const network = new MemoryNetwork();
    const a = network.endpoint('a', { strength: 'vouched', transactionId: 'T1' });
    const b = network.endpoint('b');
    const links: unknown[] = [];
    b.onMessage((_message, from) => links.push(from));
    a.onMessage((_message, from) => links.push(from));
    await a.send('b', message(1));
    await b.send('a', message(2));
    expect(links).toEqual([
      { peerId: 'a', linkId: 'memory-1', strength: 'vouched', transactionId: 'T1' },
      { peerId: 'b', linkId: 'memory-1', strength: 'proven' },
    ]);
  });

  it('hands bodies over without a copy, and the header as a copy', async () => {
    const { a, b } = pair();
    const outgoing = message(1, bytes(1, 2), bytes(3));
    let received: unknown;
    b.onMessage((incoming) => (received = incoming));
    await a.send('b', outgoing);
    outgoing.header[0] = 99;
    expect(received).toEqual({ header: bytes(1), body: [bytes(1, 2), bytes(3)] });
    expect((received as typeof outgoing).body[0]).toBe(outgoing.body[0]);
    expect(a.capabilities).toMatchObject({ handsOver: true, detachesBodies: false });
  });

  it('M4 detachesBodies takes the whole ArrayBuffers of the body away at once', async () => {
    const network = new MemoryNetwork();
    const a = network.endpoint('a', { detachesBodies: true });
    const received: Uint8Array[] = [];
    network.endpoint('b').onMessage(({ body }) => received.push(...body));
    const whole = bytes(1, 2, 3, 4);
    const sending = a.send('b', message(1, whole.subarray(1, 2), whole.subarray(3)));
    expect(whole.buffer.byteLength).toBe(0);
    await sending;
    expect(received).toEqual([bytes(2), bytes(4)]);
    expect(a.capabilities).toMatchObject({ handsOver: false, detachesBodies: true });
  });

  it('refuses what is above the limit of either end', async () => {
    const network = new MemoryNetwork();
    const a = network.endpoint('a', { maxMessageBytes: 200_000 });
    const b = network.endpoint('b', { maxMessageBytes: 131_072 });
    expect(await codeOfSend(a.send('b', message(1, new Uint8Array(131_071))))).toBe('sent');
    expect(await codeOfSend(a.send('b', message(1, new Uint8Array(131_072))))).toBe('limit_exceeded');
    expect(await codeOfSend(b.send('a', message(1, new Uint8Array(131_072))))).toBe('limit_exceeded');
  });

  it('cannot reach an unknown endpoint, nor itself', async () => {
    const { a } = pair();
    expect(await codeOfSend(a.send('nobody', message(1)))).toBe('unreachable');
    expect(await codeOfSend(a.send('a', message(1)))).toBe('unreachable');
  });

  it('ends a send by its signal before the message arrived', async () => {
    const { a, b, clock, seenByB } = pair();
    b.pause();
    const controller = new AbortController();
    const sending = codeOfSend(a.send('b', message(1), { signal: controller.signal }));
    controller.abort('enough');
    expect(await sending).toBe('enough');
    expect(await codeOfSend(a.send('b', message(2), { signal: AbortSignal.abort('never') }))).toBe('never');
    b.resume();
    await clock.advance(0);
    expect(seenByB).toEqual([]);
  });

  it('holds back senders to a paused peer, and nobody else', async () => {
    const { network, a, b, clock, seenByB } = pair();
    const seenByC = recordOf(network.endpoint('c'));
    b.pause();
    let hasSent = false;
    const sending = a.send('b', message(1)).then(() => (hasSent = true));
    await a.send('c', message(2));
    await clock.advance(1000);
    expect([hasSent, network.inFlight, seenByC]).toEqual([false, 1, ['2']]);
    b.resume();
    await sending;
    expect([network.inFlight, seenByB]).toEqual([0, ['1']]);
  });

  it('stops calling a listener that was removed', async () => {
    const { a, b, network } = pair();
    const removeMessage = b.onMessage(() => expect.unreachable());
    const removeLost = b.onPeerLost(() => expect.unreachable());
    removeMessage();
    removeLost();
    await a.send('b', message(1));
    network.cut('a', 'b');
    await settle();
  });
});

describe('the end of a link', () => {
  it('W1 both ends hear of it once, nothing arrives afterwards, and the next send makes a new link', async () => {
    const { network, a, b, clock, seenByA, seenByB } = pair();
    const linkIds = new Set<string>();
    b.onMessage((_message, { linkId }) => linkIds.add(linkId));
    await a.send('b', message(1));
    const late = codeOfSend(a.send('b', message(2)));
    network.cut('a', 'b');
    network.cut('a', 'b');
    const next = a.send('b', message(3));
    await clock.advance(0);
    await next;
    expect(await late).toBe('link_lost');
    expect(seenByB).toEqual(['1', 'lost:link_lost', '3']);
    expect(seenByA).toEqual(['lost:link_lost']);
    expect(linkIds.size).toBe(2);
  });

  it('disconnect ends the link as a breach of the protocol, on both sides', async () => {
    const { a, b, clock, seenByA, seenByB } = pair();
    await a.send('b', message(1));
    b.disconnect?.('a', 'sent nonsense');
    b.disconnect?.('nobody', 'is not connected');
    await clock.advance(0);
    expect([seenByA, seenByB]).toEqual([['lost:protocol'], ['1', 'lost:protocol']]);
  });

  it('close flushes what was sent, tells peers, and refuses later sends', async () => {
    const { network, a, b, seenByA, seenByB } = pair();
    const first = a.send('b', message(1));
    const second = a.send('b', message(2));
    await a.close();
    await a.close();
    await Promise.all([first, second]);
    expect([seenByA, seenByB]).toEqual([['lost:none'], ['1', '2', 'lost:none']]);
    expect(await codeOfSend(a.send('b', message(3)))).toBe('link_lost');
    expect(await codeOfSend(b.send('a', message(3)))).toBe('unreachable');
    expect(recordOf(network.endpoint('a'))).toEqual([]);
    expect(await codeOfSend(b.send('a', message(4)))).toBe('sent');
  });

  it('close does not wait for a peer that takes nothing', async () => {
    const { a, b, seenByB } = pair();
    b.pause();
    const sending = codeOfSend(a.send('b', message(1)));
    await a.close();
    expect(await sending).toBe('link_lost');
    expect(seenByB).toEqual(['lost:none']);
  });
});

describe('two endpoints of one identity', () => {
  it('W6 the newer replaces the older, which is told and stays out', async () => {
    const { network, a, b, clock, seenByA, seenByB } = pair();
    await a.send('b', message(1));
    const newer = network.endpoint('a');
    const seenByNewer = recordOf(newer);
    await b.send('a', message(2));
    await clock.advance(0);
    expect(seenByA).toEqual(['lost:replaced']);
    expect(seenByB).toEqual(['1', 'lost:link_lost']);
    expect(seenByNewer).toEqual(['2']);
    expect(newer.instanceId).not.toBe(a.instanceId);
    expect(await codeOfSend(a.send('b', message(3)))).toBe('replaced');
    await a.close();
    expect(await codeOfSend(b.send('a', message(4)))).toBe('sent');
  });

  it('R9 of two vouched ones the first keeps the name until it closes', async () => {
    const network = new MemoryNetwork();
    const seenByOwner = recordOf(network.endpoint('owner'));
    const first = network.endpoint('a', { strength: 'vouched' });
    const second = network.endpoint('a', { strength: 'vouched' });
    expect(await codeOfSend(second.send('owner', message(2)))).toBe('name_taken');
    await first.send('owner', message(1));
    await second.close();
    expect(await codeOfSend(first.send('owner', message(1)))).toBe('sent');
    await first.close();
    const third = network.endpoint('a', { strength: 'vouched' });
    await third.send('owner', message(3));
    expect(seenByOwner).toEqual(['1', '1', 'lost:none', '3']);
  });
});

it('refuses bad options', () => {
  const network = new MemoryNetwork();
  const codeOfMaking = (id: string, maxMessageBytes?: number): unknown => {
    try {
      return network.endpoint(id, maxMessageBytes === undefined ? {} : { maxMessageBytes }) && 'made';
    } catch (error) {
      return codeOf(error);
    }
  };
  expect(codeOfMaking('')).toBe('invalid_argument');
  expect(codeOfMaking('a', 131_071)).toBe('invalid_argument');
  expect(codeOfMaking('a', Number.NaN)).toBe('invalid_argument');
  expect(codeOfMaking('a', 131_072)).toBe('made');
});
