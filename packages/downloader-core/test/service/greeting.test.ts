import { type DownloadError, DownloadService } from '@towline/downloader-core';
import { describe, expect, it } from 'vitest';

import { ChunkList, Collector } from '../support/objects.ts';
import { RawOwner } from '../support/raw-owner.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

const refOf = (owner: string): Parameters<World['start']>[1] => ({ v: 1, owner, refId: 'R1', transactionId: 'T1' });

const failureOf = (running: Promise<unknown>): Promise<DownloadError> =>
  running.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as DownloadError,
  );

/** A peer that answers whatever comes first with `answer`. */
function answering(world: World, answer: (peer: RawPeer) => Readonly<Record<string, unknown>>): RawPeer {
  const peer = new RawPeer(world.network, 'raw', { to: 'a' });
  peer.onReceived = ({ kind }) => {
    if (kind === 'hello') void peer.say(answer(peer));
  };
  return peer;
}

describe('the greeting', () => {
  it('W5 is the first message each way, with everything that the other side has to know', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 1000, receivers: ['a'] }).addObject(new ChunkList(['ab']));
    await world.download(world.service('a'), ref, new Collector());
    expect([world.kinds('a')[0], world.kinds('owner')[0]]).toEqual(['hello', 'hello']);
    const limits = { headerBytes: 65_536, stateBytes: 65_536, chunkBytes: 2 ** 26, messageBytes: 2 ** 26 + 2 ** 17 };
    expect(world.sent[0]?.header).toEqual({
      kind: 'hello',
      majors: [1],
      minor: 0,
      instanceId: expect.any(String),
      limits,
      features: [],
    });
    const answer = world.sent.find(({ from }) => from === 'owner');
    expect(answer?.header).toMatchObject({ kind: 'hello', answer: true, limits });
    expect(world.kinds().filter((kind) => kind === 'hello')).toHaveLength(2);
    expect(await world.close()).toBe(0);
  });

  it('W5 nothing else is read before it: what comes is dropped and answered with a greeting', async () => {
    const world = new World();
    const object = new ChunkList(['ab']);
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }).addObject(object);
    const peer = new RawPeer(world.network, 'raw');
    await peer.sayPull(ref);
    expect(peer.received.map(({ kind }) => kind)).toEqual(['hello']);
    expect(object.calls.filter((call) => call.startsWith('produce'))).toEqual([]);
    await peer.say(peer.hello({ answer: true }));
    await peer.sayPull(ref, { pullNo: 2 });
    expect(peer.chunks()).toEqual(['ab']);
    expect(await world.close()).toBe(0);
  });

  it('W5 it is awaited for 5 s at most', async () => {
    const world = new World();
    const mute = new RawPeer(world.network, 'mute', { to: 'a' });
    const error = await failureOf(
      world.download(world.service('a'), refOf('mute'), new Collector(), { maxRetries: 0 }),
    );
    expect(error).toMatchObject({ code: 'request_timeout', peer: 'mute' });
    expect(world.clock.now()).toBe(5000);
    expect(mute.received.map(({ kind }) => kind)).toEqual(['hello', 'pull']);
    expect(await world.close()).toBe(0);
  });

  it('W5 one that comes later than that still opens the link', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      raw.chunk(pull, 'ab', { next: 1 });
      raw.end(pull);
    });
    const hear = owner.peer.onReceived;
    owner.peer.onReceived = (message) => {
      if (message.kind === 'hello') world.clock.setTimer(6000, () => hear?.(message));
      else hear?.(message);
    };
    expect(await world.download(world.service('a'), owner.ref, new Collector())).toBe('ab');
    await world.clock.advance(10_000);
    expect(await world.close()).toBe(0);
  });

  it('W5 an answer is not answered again', async () => {
    const world = new World();
    const peer = await RawPeer.greeted(world.network, 'raw');
    await peer.say(peer.hello({ answer: true }));
    expect(peer.all('hello')).toHaveLength(1);
    await peer.say(peer.hello());
    expect(peer.all('hello')).toHaveLength(2);
    expect(await world.close()).toBe(0);
  });

  it('W5 no common major: bye version with our majors, the link ends, and the error names both sides’', async () => {
    const world = new World();
    const peer = answering(world, (raw) => raw.hello({ majors: [2, 3] }));
    const error = await failureOf(world.download(world.service('a'), refOf('raw'), new Collector()));
    expect(error).toMatchObject({ code: 'version', retryable: false, peer: 'raw' });
    expect(error.message).toContain('we speak 1, the peer speaks 2, 3');
    expect(peer.last('bye')?.header).toMatchObject({ code: 'version', majors: [1] });
    expect(peer.lost).toEqual(['a']);
    expect(world.clock.now()).toBe(0);
    expect(await world.close()).toBe(0);
  });

  it('W5 a bye for the version is not tried again, and names both sides’ majors', async () => {
    const world = new World();
    answering(world, () => ({ kind: 'bye', code: 'version', majors: [7] }));
    const error = await failureOf(world.download(world.service('a'), refOf('raw'), new Collector()));
    expect(error).toMatchObject({ code: 'version', retryable: false, side: 'remote' });
    expect(error.message).toContain('we speak 1, the peer speaks 7');
    expect(await world.close()).toBe(0);
  });

  it('W5 one common major among several is enough, other minors and features are ignored', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 1 }).addObject(new ChunkList(['ab']));
    const peer = new RawPeer(world.network, 'raw');
    await peer.say(peer.hello({ majors: [3, 2, 1], minor: 99, features: ['blake3', 'teleport'] }));
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual(['ab']);
    expect(await world.close()).toBe(0);
  });

  it('W5 a greeting that cannot be read is none', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 1000, receiverCount: 1 }).addObject(new ChunkList(['ab']));
    const peer = new RawPeer(world.network, 'raw');
    await peer.say(peer.hello({ majors: [] }));
    await peer.say(peer.hello({ limits: undefined }));
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual([]);
    expect(
      world.lines.filter(({ message }) => message.includes('the hello message is not as it must be')),
    ).toHaveLength(2);
    expect(await world.close()).toBe(0);
  });

  it('W5 a kind that is not known is ignored; one that begins with ! is refused unsupported', async () => {
    const world = new World();
    const peer = await RawPeer.greeted(world.network, 'raw');
    await peer.say({ kind: 'weather', downloadId: 'D1' });
    expect(peer.kinds).toEqual([]);
    await peer.say({ kind: '!rewind', downloadId: 'D1' });
    expect(peer.last('refused')?.header).toMatchObject({
      downloadId: 'D1',
      code: 'unsupported',
      reason: 'unknown kind !rewind',
    });
    await peer.say({ kind: '!rewind' });
    expect(peer.all('refused')).toHaveLength(1);
    expect(await world.close()).toBe(0);
  });

  it('W5 a refusal as unsupported ends a download', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) =>
      raw.say({ kind: 'refused', downloadId: pull.header['downloadId'], code: 'unsupported' }),
    );
    const error = await failureOf(world.download(world.service('a'), owner.ref, new Collector()));
    expect(error).toMatchObject({ code: 'unsupported', retryable: false });
    expect(await world.close()).toBe(0);
  });

  it('W4 the owner sends nothing above what the receiver’s greeting takes', async () => {
    const world = new World();
    const object = Object.assign(new ChunkList(['x'.repeat(200_000)]), { maxChunkBytes: 200_000 });
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 3 }).addObject(object);
    const hello = (limits: object): Readonly<Record<string, unknown>> => {
      const all = { headerBytes: 65_536, stateBytes: 65_536, chunkBytes: 2 ** 26, messageBytes: 2 ** 26, ...limits };
      return { limits: all };
    };
    const small = new RawPeer(world.network, 'small');
    await small.say(small.hello(hello({ messageBytes: 131_072 })));
    await small.sayPull(ref);
    expect(
      small
        .all('chunk')
        .map(({ body }) => body.byteLength)
        .every((bytes) => bytes <= 131_072),
    ).toBe(true);
    expect(small.all('chunk')).toHaveLength(2);

    const weak = new RawPeer(world.network, 'weak');
    await weak.say(weak.hello(hello({ chunkBytes: 199_999 })));
    await weak.sayPull(ref);
    expect(weak.refusals).toEqual(['limit_exceeded']);

    const forgetful = new RawPeer(world.network, 'forgetful');
    await forgetful.say(forgetful.hello(hello({ stateBytes: 2 })));
    await forgetful.sayPull(ref);
    expect(forgetful.refusals).toEqual(['producer_failed']);
    expect(await world.close()).toBe(0);
  });
});

describe('the end of a link', () => {
  it('W6 a bye with any other code fails what is under way with it; a lost link is tried again', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      if (pull.header['pullNo'] === 1) return raw.say({ kind: 'bye', code: 'link_lost', reason: 'closing\u0007' });
      raw.chunk(pull, 'ab', { next: 1 });
      raw.end(pull);
    });
    expect(await world.download(world.service('a'), owner.ref, new Collector())).toBe('ab');
    const retry = world.lines.find(({ message }) => message.includes('retry 1'));
    expect(retry?.message).toContain('the peer ended the link: closing\\u{7}');
    const replaced = new RawOwner(world, (raw) => raw.say({ kind: 'bye', code: 'replaced' }), { id: 'raw2', to: 'b' });
    const error = await failureOf(world.download(world.service('b'), replaced.ref, new Collector()));
    expect(error).toMatchObject({ code: 'replaced', retryable: false, side: 'remote' });
    expect(replaced.peer.all('cancel')).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('W6 a newer instance of a receiver replaces the older, which fails as replaced and does not come back', async () => {
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd']));
    class Slow extends Collector {
      override async consume(): Promise<void> {
        await new Promise<void>((resolve) => world.clock.setTimer(1000, resolve));
      }
    }
    const older = world.start(world.service('a'), ref, new Slow(), { windowBytes: 2 });
    await world.rest();
    const newer = world.service('a');
    expect((await failureOf(world.clock.runUntil(older))).code).toBe('replaced');
    expect(await world.download(newer, ref, new Collector())).toBe('ab|cd');
    expect(await world.close()).toBe(0);
  });

  it('W6 after a new owner instance came the receiver asks again, and hears that the owner was restarted', async () => {
    const world = new World();
    const ref = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['a'] })
      .addObject(new ChunkList(['ab', 'cd']));
    const collector = new (class extends Collector {
      override async consume(): Promise<void> {
        if (world.clock.now() === 0) world.service('owner');
        await new Promise<void>((resolve) => world.clock.setTimer(10, resolve));
      }
    })();
    const error = await failureOf(world.download(world.service('a'), ref, collector));
    expect(error).toMatchObject({ code: 'unknown_ref', side: 'remote', retryable: false });
    expect(error.message).toContain('the owner owner was restarted');
    expect(await world.close()).toBe(0);
  });

  it('W6 of an owner that was not restarted nothing of the kind is said', async () => {
    const world = new World();
    const error = await failureOf(world.download(world.service('a'), refOf('owner'), new Collector()));
    expect(error.code).toBe('unknown_ref');
    expect(error.message).not.toContain('was restarted and');
    expect(await world.close()).toBe(0);
  });

  it('W3 a lost link ends the pulls of its peer and frees their memory; ledger and nonces stay', async () => {
    const world = new World();
    const transaction = world.owner.newTransaction({ timeoutMs: 60_000, receivers: ['raw'] });
    const ref = transaction.addObject(new ChunkList(['ab', 'cd']));
    const outcome = transaction.complete();
    const peer = await RawPeer.greeted(world.network, 'raw');
    await peer.sayPull(ref);
    const confirm = peer.confirm(ref);
    await peer.sayPull(ref, { downloadId: 'D1', pullNo: 2, credit: { upToSeq: 1, upToBytes: 100 } }, { next: 0 });
    world.network.cut('raw', 'owner');
    await world.rest();
    expect(world.owner.stats().budget.usedBytes).toBe(0);
    // The serve of the first pull is confirmed over a new link.
    await peer.say(peer.hello());
    await peer.say(confirm);
    expect(peer.last('confirmed')?.header).toMatchObject({ recorded: true });
    expect(await world.clock.runUntil(outcome)).toMatchObject({ status: 'completed' });
    expect(await world.close()).toBe(0);
  });

  it('W5 every link is greeted anew', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }).addObject(new ChunkList(['ab']));
    const peer = await RawPeer.greeted(world.network, 'raw');
    world.network.cut('raw', 'owner');
    await world.rest();
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual([]);
    expect(await world.close()).toBe(0);
  });

  it('E7 at the end every peer is told', async () => {
    const world = new World();
    const peer = await RawPeer.greeted(world.network, 'raw');
    await world.owner.shutdown();
    expect(peer.last('bye')?.header).toMatchObject({ code: 'link_lost', reason: 'the service was shut down' });
    expect(await world.close()).toBe(0);
  });
});

describe('what is printed of a peer', () => {
  it('W7 is escaped, in log lines too', async () => {
    const world = new World();
    const peer = await RawPeer.greeted(world.network, 'evil\u202e');
    await peer.say({ kind: 'wea\u001b[2Jther', downloadId: 'D1' });
    await peer.say({ kind: '!\u0007', downloadId: 'D1' });
    await peer.sendBytes(Uint8Array.of(0xc1));
    await peer.sayPull({ refId: '\u001b[31mR1' });
    const said = world.lines.map(({ message }) => message).join('\n');
    expect(said).toContain('evil\\u{202e}');
    expect(said).toContain('unknown kind wea\\u{1b}[2Jther');
    expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(peer.last('refused')?.header['code']).toBe('unknown_ref');
    expect(await world.close()).toBe(0);
  });

  it('W7 S1 whatever was not taken is a log line, and the link goes on', async () => {
    const world = new World();
    const ref = world.owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }).addObject(new ChunkList(['ab']));
    const peer = await RawPeer.greeted(world.network, 'raw');
    await peer.sendBytes(Uint8Array.of(1, 2, 3));
    await peer.say({ kind: 'pull', downloadId: 'D1' });
    await peer.say({ kind: 'confirm', downloadId: 'D1' });
    expect(peer.refusals).toEqual(['malformed', 'malformed']);
    for (const kind of ['busy', 'bye', 'end', 'chunk', 'refused']) await peer.say({ kind, downloadId: 'D1' });
    expect(peer.refusals).toHaveLength(2);
    await peer.sayPull(ref);
    expect(peer.chunks()).toEqual(['ab']);
    expect(
      world.lines.filter(({ level, message }) => level === 'warn' && message.includes('was not taken')),
    ).toHaveLength(8);
    expect(await world.close()).toBe(0);
  });
});

describe('a transport', () => {
  it('W1 W8 one that cannot carry the least message, or has no proper name, is refused', async () => {
    const world = new World();
    const right = world.network.endpoint('right');
    const capabilities = { ...right.capabilities, maxMessageBytes: 131_071 };
    for (const wrong of [{ capabilities }, { endpointId: '' }, { instanceId: 'a\nb' }]) {
      const transport = Object.assign(Object.create(right) as typeof right, wrong);
      expect(() => world.service('x', { transport })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    }
    expect(await world.close()).toBe(0);
  });

  it('W8 a service is owner and receiver at once, over one link', async () => {
    const world = new World();
    const other = world.service('other');
    const here = world.owner
      .newTransaction({ timeoutMs: 60_000, receivers: ['other'] })
      .addObject(new ChunkList(['here']));
    const there = other.newTransaction({ timeoutMs: 60_000, receivers: ['owner'] }).addObject(new ChunkList(['there']));
    const both = Promise.all([
      world.start(other, here, new Collector()),
      world.start(world.owner, there, new Collector()),
    ]);
    expect(await world.clock.runUntil(both)).toEqual(['here', 'there']);
    expect(await world.close()).toBe(0);
  });

  it('R7 the addresses of a ref are told to the transport', async () => {
    const world = new World();
    const told: unknown[] = [];
    const endpoint = world.network.endpoint('a2');
    const transport = Object.assign(endpoint, {
      addAddresses: (peerId: string, addresses: readonly string[]) => told.push([peerId, addresses]),
    });
    const service = new DownloadService({ transport, clock: world.clock });
    await failureOf(world.download(service, { ...refOf('owner'), addresses: ['tcp:host:1'] }, new Collector()));
    expect(told).toEqual([['owner', ['tcp:host:1']]]);
    await service.shutdown();
    expect(await world.close()).toBe(0);
  });
});
