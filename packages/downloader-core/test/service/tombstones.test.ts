import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

describe('what remains of a finished ref', () => {
  it('B5 16 receivers × 24 refs all repeat their last pull and confirmation after the end: none gets an error', async () => {
    const world = new World();
    const receivers = Array.from({ length: 16 }, (_, index) => `r${index}`);
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers });
    const refs = Array.from({ length: 24 }, (_, index) => transaction.addObject(new ChunkList([`object ${index}`])));
    const outcome = transaction.complete();
    const services = receivers.map((id) => world.service(id));
    const running = services.flatMap((service) => refs.map((ref) => world.start(service, ref, new Collector())));
    await world.clock.runUntil(Promise.all(running));
    expect(await outcome).toMatchObject({ status: 'completed' });

    // What each sent last is sent once more, by endpoints that wait for nothing.
    const repeats = world.sent.filter(({ kind }) => kind === 'pull' || kind === 'confirm');
    expect(repeats).toHaveLength(16 * 24 * 2);
    const peers = new Map<string, RawPeer>();
    for (const id of receivers) peers.set(id, await RawPeer.greeted(world.network, id));
    for (const { from, kind, header } of repeats) {
      const peer = peers.get(from);
      if (kind === 'confirm') await peer?.say(header);
      else await peer?.sayBody({ ...header, pullNo: Number(header['pullNo']) + 1 }, [new Uint8Array(0)]);
    }
    const answers = [...peers.values()].flatMap(({ received }) => received).filter(({ kind }) => kind !== 'hello');
    const ends = answers.filter(({ kind }) => kind === 'end');
    const confirmed = answers.filter(({ kind }) => kind === 'confirmed');
    expect(ends).toHaveLength(16 * 24);
    expect(ends.every(({ header }) => header['status'] === 'eof' && header['nonce'] === undefined)).toBe(true);
    expect(confirmed).toHaveLength(16 * 24);
    expect(confirmed.every(({ header }) => header['recorded'] === true)).toBe(true);
    expect(answers).toHaveLength(ends.length + confirmed.length);
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('B1 only finished leaves them: after a deletion the ref is unknown', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    await world.download(world.service('a'), ref, new Collector());
    await transaction.delete();
    await expect(world.download(world.service('b'), ref, new Collector())).rejects.toMatchObject({
      code: 'unknown_ref',
    });
    expect(await world.close()).toBe(0);
  });

  it('B1 B2 after a finish a receiver that starts anew is refused already_finished, never given an empty success', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['a'] });
    const ref = transaction.addObject(new ChunkList(['ab']));
    void transaction.complete();
    const service = world.service('a');
    await world.download(service, ref, new Collector());
    await transaction.outcome;
    await expect(world.download(service, ref, new Collector())).rejects.toMatchObject({ code: 'already_finished' });
    await expect(world.download(world.service('b'), ref, new Collector())).rejects.toMatchObject({
      code: 'already_finished',
    });
    await world.clock.advance(30 * 60 * 1000 + 1);
    await expect(world.download(service, ref, new Collector())).rejects.toMatchObject({ code: 'unknown_ref' });
    expect(await world.close()).toBe(0);
  });
});
