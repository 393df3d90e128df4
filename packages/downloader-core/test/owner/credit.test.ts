import type { State } from '@towline/downloader-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { unpack } from '../../src/wire/pack.ts';
import { bytesOf, ChunkList } from '../support/objects.ts';
import { RawPeer, segmentsIn } from '../support/raw-peer.ts';
import { Gated } from '../support/scripted.ts';
import { World } from '../support/world.ts';

/** A world in which `a` may pull an object. */
async function pulling<O extends ChunkList>(
  object: O,
): Promise<{ world: World; object: O; ref: { refId: string }; peer: RawPeer; grant: typeof grantOf }> {
  const world = new World();
  const transaction = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] });
  const ref = transaction.addObject(object);
  return { world, object, ref, peer: await RawPeer.greeted(world.network, 'a'), grant: grantOf };
}

const grantOf = (
  ref: { refId: string },
  upToSeq: number,
  upToBytes: number,
  fields: Record<string, unknown> = {},
): Record<string, unknown> => ({
  kind: 'grant',
  downloadId: 'D1',
  refId: ref.refId,
  pullNo: 1,
  credit: { upToSeq, upToBytes },
  consumed: { bytes: 0 },
  consumedSeq: 0,
  ...fields,
});

describe('credit', () => {
  it.each([
    [0, 100, []],
    [100, 0, []],
    [1, 100, ['aa']],
    [100, 1, ['aa']],
    [100, 2, ['aa']],
    [100, 3, ['aa', 'bbb']],
    [2, 100, ['aa', 'bbb']],
    [100, 6, ['aa', 'bbb', 'c']],
    [3, 100, ['aa', 'bbb', 'c']],
  ])('S9 upToSeq %i and upToBytes %i', async (upToSeq, upToBytes, chunks) => {
    const { world, ref, peer } = await pulling(new ChunkList(['aa', 'bbb', 'c']));
    await peer.sayPull(ref, { credit: { upToSeq, upToBytes } });
    expect(peer.chunks()).toEqual(chunks);
    expect(peer.all('end')).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('S9 credit beyond the last chunk brings the end', async () => {
    const { world, ref, peer } = await pulling(new ChunkList(['aa', 'bbb', 'c']));
    await peer.sayPull(ref, { credit: { upToSeq: 4, upToBytes: 7 } });
    expect(peer.kinds).toEqual(['chunk', 'chunk', 'chunk', 'end']);
    expect(await world.close()).toBe(0);
  });

  it('S9 grants are absolute: the highest of each number wins, repeats and older ones do no harm', async () => {
    const { world, ref, peer, grant } = await pulling(new ChunkList(['a', 'b', 'c', 'd', 'e']));
    await peer.sayPull(ref, { credit: { upToSeq: 1, upToBytes: 100 } });
    await peer.say(grant(ref, 3, 50));
    expect(peer.chunks()).toEqual(['a', 'b', 'c']);
    await peer.say(grant(ref, 3, 50));
    await peer.say(grant(ref, 2, 10));
    await peer.say(grant(ref, 0, 0));
    expect(peer.chunks()).toEqual(['a', 'b', 'c']);
    await peer.say(grant(ref, 4, 0));
    expect(peer.chunks()).toEqual(['a', 'b', 'c', 'd']);
    expect(await world.close()).toBe(0);
  });

  it('S9 a grant of another pull, another download or another ref counts for nothing', async () => {
    const { world, ref, peer, grant } = await pulling(new ChunkList(['a', 'b', 'c']));
    await peer.sayPull(ref, { pullNo: 2, credit: { upToSeq: 1, upToBytes: 100 } });
    await peer.say(grant(ref, 9, 99, { pullNo: 1 }));
    await peer.say(grant(ref, 9, 99, { pullNo: 3 }));
    await peer.say(grant(ref, 9, 99, { downloadId: 'D2', pullNo: 2 }));
    await peer.say(grant({ refId: 'other' }, 9, 99, { pullNo: 2 }));
    const other = await RawPeer.greeted(world.network, 'b');
    await other.say(grant(ref, 9, 99, { pullNo: 2 }));
    expect(peer.chunks()).toEqual(['a']);
    expect(await world.close()).toBe(0);
  });

  it('S9 with credit of one chunk it is strict request and reply', async () => {
    const { world, object, ref, peer } = await pulling(new ChunkList(['a', 'b']));
    const one = { upToSeq: 1, upToBytes: 100 };
    for (const next of [0, 1, 2]) await peer.sayPull(ref, { pullNo: next + 1, credit: one }, { next });
    expect(peer.kinds).toEqual(['chunk', 'chunk', 'end']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual(['produce 0', 'produce 1', 'produce 2']);
    expect(await world.close()).toBe(0);
  });

  it('S9 the owner feeds produce its own last state', async () => {
    const { world, object, ref, peer } = await pulling(new Gated(['a', 'b', 'c']));
    await peer.sayPull(ref, {}, { next: 1 });
    object.last.answer();
    await world.rest();
    object.last.answer();
    await world.rest();
    expect(object.open.map(({ state }) => state)).toEqual([{ next: 1 }, { next: 2 }, { next: 3 }]);
    expect(await world.close()).toBe(0);
  });

  it('S9 nothing is produced ahead of the credit', async () => {
    const { world, object, ref, peer } = await pulling(new ChunkList(['a', 'b', 'c']));
    await peer.sayPull(ref, { credit: { upToSeq: 2, upToBytes: 100 } });
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual(['produce 0', 'produce 1']);
    expect(await world.close()).toBe(0);
  });

  it('S9 whatever is granted when, the owner sends exactly what the credit allows', async () => {
    const sizes = fc.array(fc.nat(6), { minLength: 1, maxLength: 8 });
    const grants = fc.array(fc.tuple(fc.nat(10), fc.nat(30)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.tuple(fc.nat(4), fc.nat(12)), grants, async (lengths, first, later) => {
        const { world, ref, peer, grant } = await pulling(new ChunkList(lengths.map((length) => 'x'.repeat(length))));
        let [seq, bytes] = first;
        await peer.sayPull(ref, { credit: { upToSeq: seq, upToBytes: bytes } });
        for (const [upToSeq, upToBytes] of [first, ...later]) {
          await peer.say(grant(ref, upToSeq, upToBytes));
          [seq, bytes] = [Math.max(seq, upToSeq), Math.max(bytes, upToBytes)];
          const allowed = lengths.filter(
            (_, index) => index < seq && lengths.slice(0, index).reduce((sum, length) => sum + length, 0) < bytes,
          );
          expect(peer.chunks().map((text) => text.length)).toEqual(allowed);
        }
        expect(await world.close()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('S9 the object hears what will not be asked for again', async () => {
    const passed: [string, State][] = [];
    const object = Object.assign(new ChunkList(['a', 'b', 'c', 'd']), {
      passed: (receiverId: string, state: State) => void passed.push([receiverId, state]),
    });
    const { world, ref, peer, grant } = await pulling(object);
    await peer.sayPull(ref, { credit: { upToSeq: 3, upToBytes: 100 } }, { next: 1 });
    expect(passed).toEqual([['a', { next: 1 }]]);
    await peer.say(grant(ref, 3, 100, { consumedSeq: 2 }));
    expect(passed.slice(1)).toEqual([['a', { next: 3 }]]);
    await peer.say(grant(ref, 3, 100, { consumedSeq: 1 }));
    await peer.say(grant(ref, 3, 100, { consumedSeq: 2 }));
    expect(passed.slice(2)).toEqual([]);
    await peer.say(grant(ref, 3, 100, { consumedSeq: 1_000_000 }));
    expect(passed.slice(2)).toEqual([['a', { next: 4 }]]);
    expect(await world.close()).toBe(0);
  });

  it('S9 E4 an object that throws on hearing that harms nothing', async () => {
    const object = Object.assign(new ChunkList(['a', 'b']), {
      passed: () => {
        throw new Error('no');
      },
    });
    const { world, ref, peer } = await pulling(object);
    await peer.sayPull(ref, {}, { next: 1 });
    expect(peer.kinds).toEqual(['chunk', 'end']);
    expect(await world.close()).toBe(0);
  });

  it('S10 a pull without credit is answered by the description alone', async () => {
    const { world, object, ref, peer } = await pulling(new ChunkList(['aa', 'b']));
    await peer.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 }, describe: { maxBytes: 1000 } });
    expect(peer.kinds).toEqual(['described']);
    expect(peer.last('described')?.header).toMatchObject({ totalBytes: 3, idleTimeoutMs: 1000 });
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('S10 the description comes before the first chunk; the totals alone when only they are asked for', async () => {
    const { world, ref, peer } = await pulling(new ChunkList(['aa', 'b']));
    await peer.sayPull(ref, { describe: { maxBytes: 1000 } });
    await peer.sayPull(ref, { pullNo: 2, describe: { maxBytes: 0, totalsOnly: true } }, { next: 1 });
    expect(peer.kinds).toEqual(['described', 'chunk', 'chunk', 'end', 'described', 'chunk', 'end']);
    const bodies = peer.all('described').map(({ body }) => body.byteLength);
    expect(bodies[0]).toBeGreaterThan(0);
    expect(bodies[1]).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('S10 the description says what the object is, with a body of its own', async () => {
    const object = Object.assign(new ChunkList(['aa']), {
      kind: 'thing',
      describe: () => ({ kind: 'special', name: 'n', totalBytes: 2, totalItems: 1, body: bytesOf('manifest') }),
    });
    const { world, ref, peer } = await pulling(object);
    await peer.sayPull(ref, { credit: { upToSeq: 0, upToBytes: 0 }, describe: { maxBytes: 1000 } });
    const [described] = peer.all('described');
    if (!described) throw new Error('nothing was described');
    expect(described.header).toMatchObject({ totalBytes: 2, totalItems: 1 });
    const [plain, body] = segmentsIn(described);
    expect(unpack(plain ?? bytesOf(''))).toEqual({ kind: 'special', name: 'n', totalBytes: 2, totalItems: 1 });
    expect(body).toEqual(bytesOf('manifest'));
    expect(await world.close()).toBe(0);
  });

  it('S10 an object is asked for its description once, and again after it failed', async () => {
    let calls = 0;
    const object = Object.assign(new ChunkList(['aa']), {
      kind: 'thing',
      describe: () => {
        calls += 1;
        if (calls === 1) throw new Error('not yet');
        return { totalBytes: 2 };
      },
    });
    const { world, ref, peer } = await pulling(object);
    for (const pullNo of [1, 2, 3]) await peer.sayPull(ref, { pullNo, describe: { maxBytes: 1000 } });
    expect(peer.refusals).toEqual(['producer_failed']);
    expect(peer.all('described')).toHaveLength(2);
    expect(calls).toBe(2);
    expect(await world.close()).toBe(0);
  });
});
