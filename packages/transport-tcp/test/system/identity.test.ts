import { describe, expect, it } from 'vitest';
import { TestClock } from '../support/test-clock.ts';
import { Proxy } from './support/proxy.ts';
import { message, open, openOwner, openReceiver, resultOf } from './support/scene.ts';

const key = Buffer.alloc(32, 9);
const sharedKey = { psk: { keys: () => ({ key }) } };
const ownKey = { psk: { keys: (identity: string) => ({ key, peerId: identity }) } };

describe('two instances of one name', () => {
  it.each([
    ['claimed', {}, {}],
    ['proven', ownKey, { psk: { identity: 'receiver', key } }],
  ])(
    'W6 of a %s name: the newer replaces the older, which is told and does not come back',
    async (strength, ours, theirs) => {
      const { owner, inbox, address } = await openOwner(ours);
      const { receiver: older, inbox: atOlder } = await openReceiver(address, theirs);
      await older.send('owner', message(1));
      expect((await inbox.message()).from.strength).toBe(strength);
      const { receiver: newer, inbox: atNewer } = await openReceiver(address, theirs);
      await newer.send('owner', message(2));
      expect(await inbox.take(2)).toEqual(['lost:link_lost', '2']);
      expect(await atOlder.take(1)).toEqual(['lost:replaced']);
      expect(await resultOf(older.send('owner', message(3)))).toBe('replaced');
      await owner.send('receiver', message(4));
      expect(await atNewer.take(1)).toEqual(['4']);
      expect([inbox.untaken, atOlder.untaken]).toEqual([[], []]);
    },
  );

  it('R9 of a vouched name: the living one stays, the second is refused name_taken', async () => {
    const { inbox, address } = await openOwner(sharedKey);
    const vouched = { psk: { identity: 'ticket', key, shared: true } };
    const { receiver: first, inbox: atFirst } = await openReceiver(address, vouched);
    await first.send('owner', message(1));
    expect((await inbox.message()).from.strength).toBe('vouched');
    const { receiver: second } = await openReceiver(address, vouched);
    expect(await resultOf(second.send('owner', message(2)))).toBe('name_taken');
    await first.send('owner', message(3));
    expect(await inbox.take(1)).toEqual(['3']);
    expect(atFirst.untaken).toEqual([]);
    await first.close();
    expect(await inbox.take(1)).toEqual(['lost:closed']);
    await second.send('owner', message(4));
    expect(await inbox.take(1)).toEqual(['4']);
  });

  it('R9 of a vouched name: one that is gone without a word makes room', async () => {
    const clock = new TestClock();
    const { inbox, address } = await openOwner({ ...sharedKey, clock });
    const proxy = await Proxy.open(address);
    const vouched = { psk: { identity: 'ticket', key, shared: true } };
    const { receiver: first } = await openReceiver(proxy.address, vouched);
    await first.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    const { receiver: second } = await openReceiver(address, vouched);
    const probing = clock.timerSet(2000);
    const sending = second.send('owner', message(2));
    await probing;
    clock.advance(2000);
    await sending;
    expect(await inbox.take(2)).toEqual(['lost:link_lost', '2']);
  });

  it('the same instance comes back though its old link was not yet missed', async () => {
    const clock = new TestClock();
    const { owner, inbox, address } = await openOwner();
    const proxy = await Proxy.open(address);
    const { receiver, inbox: atReceiver } = await openReceiver(proxy.address, { clock });
    await receiver.send('owner', message(1));
    await inbox.message();
    proxy.freeze();
    for (let seconds = 0; seconds <= 15; seconds += 5) clock.advance(5000);
    expect(await atReceiver.take(1)).toEqual(['lost:link_lost']);
    const backOff = receiver.send('owner', message(2));
    clock.advance(5000);
    await backOff;
    expect(await inbox.take(2)).toEqual(['lost:link_lost', '2']);
    await owner.send('receiver', message(3));
    expect(await atReceiver.take(1)).toEqual(['3']);
  });

  it('R9 a name that is proven is not lost to one that is only vouched', async () => {
    const keys = (identity: string) => (identity === 'own' ? { key, peerId: 'receiver' } : { key });
    const { inbox, address } = await openOwner({ psk: { keys } });
    const { receiver: proven } = await openReceiver(address, { psk: { identity: 'own', key } });
    await proven.send('owner', message(1));
    await inbox.message();
    const { receiver: vouched } = await openReceiver(address, { psk: { identity: 'shared', key } });
    expect(await resultOf(vouched.send('owner', message(2)))).toBe('name_taken');
    await proven.send('owner', message(3));
    expect(await inbox.take(1)).toEqual(['3']);
  });
});

/** Two endpoints that both listen and know each other by way of proxies: `toB` is how a dials b. */
async function twoListeners() {
  const { transport: a, inbox: atA } = await open({ endpointId: 'a', listen: '127.0.0.1:0' });
  const { transport: b, inbox: atB } = await open({ endpointId: 'b', listen: '127.0.0.1:0' });
  const toA = await Proxy.open(a.addresses?.[0] ?? '');
  const toB = await Proxy.open(b.addresses?.[0] ?? '');
  a.addAddresses?.('b', [toB.address]);
  b.addAddresses?.('a', [toA.address]);
  return { a, b, atA, atB, toA, toB };
}

describe('two simultaneous dials', () => {
  it('W6 end in one link, lose no message and no link', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { a, b, atA, atB } = await twoListeners();
      const ids = [1, 2, 3];
      await Promise.all(ids.flatMap((id) => [a.send('b', message(id)), b.send('a', message(id))]));
      const links = new Set<string>();
      for (const id of ids) {
        const [fromB, fromA] = [await atA.message(), await atB.message()];
        expect([fromB.id, fromA.id]).toEqual([id, id]);
        links.add(`${fromB.from.linkId} ${fromA.from.linkId}`);
      }
      expect(links.size).toBe(1);
      expect([atA.untaken, atB.untaken]).toEqual([[], []]);
      await Promise.all([a.close(), b.close()]);
    }
  });

  it('W6 the link dialled by the smaller stays', async () => {
    const { a, b, atA, atB, toA, toB } = await twoListeners();
    toB.hold();
    const fromA = a.send('b', message(1));
    await toB.until(({ accepted }) => accepted === 1);
    const fromB = b.send('a', message(2));
    await toA.until(({ seen }) => seen.includes('"endpointId":"b"'));
    toB.release();
    await Promise.all([fromA, fromB]);
    expect([await atA.take(1), await atB.take(1)]).toEqual([['2'], ['1']]);
    // Nothing of a has gone over the connection that b dialled.
    expect(toA.seen.includes('"endpointId":"a"')).toBe(false);
    expect(toB.seen.includes('"endpointId":"a"')).toBe(true);
    expect([atA.untaken, atB.untaken]).toEqual([[], []]);
  });

  it('W6 the other one is taken when the dial of the smaller fails', async () => {
    const { a, b, atA, atB, toA, toB } = await twoListeners();
    toB.hold();
    const fromA = a.send('b', message(1));
    await toB.until(({ accepted }) => accepted === 1);
    const fromB = b.send('a', message(2));
    await toA.until(({ seen }) => seen.includes('"endpointId":"b"'));
    // On loopback what was written has arrived; a reads it in the next turn.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    toB.refuse();
    await Promise.all([fromA, fromB]);
    expect([await atA.take(1), await atB.take(1)]).toEqual([['2'], ['1']]);
  });
});
