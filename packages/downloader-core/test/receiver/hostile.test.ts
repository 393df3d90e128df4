import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { DownloadError } from '@towline/downloader-core';
import { pack } from '../../src/wire/pack.ts';
import { bytesOf, Collector, StartingCollector } from '../support/objects.ts';
import { idsOf, type PullScript, RawOwner } from '../support/raw-owner.ts';
import { chunkSegments } from '../support/raw-peer.ts';
import { World } from '../support/world.ts';

async function downloadFrom(
  script: PullScript,
  collector = new Collector(),
  maxRetries = 1,
): Promise<{ error: DownloadError; owner: RawOwner; collector: Collector }> {
  const world = new World();
  const owner = new RawOwner(world, script);
  const running = world.download(world.service('a'), owner.ref, collector, { maxRetries, requestTimeoutMs: 1000 });
  const error = await running.then(
    () => expect.unreachable('it should have failed'),
    (thrown: unknown) => thrown as DownloadError,
  );
  expect(collector.calls).toEqual([`downloadFailed ${error.code}`]);
  expect(await world.close()).toBe(0);
  return { error, owner, collector };
}

describe('an owner that breaks the protocol', () => {
  it.each<[string, PullScript]>([
    [
      'sends a state that is no object',
      (raw, pull) => raw.sayBody({ kind: 'chunk', ...idsOf(pull), seq: 1 }, [bytesOf('ab'), Uint8Array.of(1)]),
    ],
    [
      'sends a state that is no MessagePack',
      (raw, pull) => raw.sayBody({ kind: 'chunk', ...idsOf(pull), seq: 1 }, [bytesOf('ab'), Uint8Array.of(0xc1)]),
    ],
    ['sends no state', (raw, pull) => raw.sayBody({ kind: 'chunk', ...idsOf(pull), seq: 1 }, [])],
    ['sends a state above 64 KiB', (raw, pull) => raw.chunk(pull, 'ab', { text: 'x'.repeat(65_536) })],
    [
      'claims a chunk above 64 MiB',
      (raw, pull) => {
        const body = { lengths: [2 ** 40, 1], checksum: new Uint8Array(8), part: 0, parts: 2 ** 20, at: 0 };
        raw.say({ kind: 'chunk', ...idsOf(pull), seq: 1, body });
      },
    ],
    [
      'sends fewer bytes than it says',
      (raw, pull) =>
        raw.say({
          kind: 'chunk',
          ...idsOf(pull),
          seq: 1,
          body: { lengths: [2, 1], checksum: new Uint8Array(8), part: 0, parts: 1, at: 0 },
        }),
    ],
  ])('W21 M3 one that %s is not tried again', async (_, script) => {
    const { error, owner, collector } = await downloadFrom(script);
    expect(error).toMatchObject({ code: 'protocol', side: 'remote', retryable: false });
    expect(owner.pulls).toHaveLength(1);
    expect(collector.received).toEqual([]);
  });

  it('L5 a state that the consumer’s schema refuses never reaches consume', async () => {
    const schema = {
      parse: (input: unknown) => {
        throw new TypeError(`not mine: ${JSON.stringify(input)}`);
      },
    };
    const collector = Object.assign(new Collector(), { stateSchema: schema });
    const { error } = await downloadFrom((raw, pull) => raw.chunk(pull, 'ab', { other: 1 }), collector);
    expect(error.code).toBe('protocol');
    expect(error.message).toContain('not mine: {"other":1}');
    expect(collector.received).toEqual([]);
  });

  it('S10 chunks before the consumer chose are not taken', async () => {
    const { error } = await downloadFrom((raw, pull) => raw.chunk(pull, 'ab', { next: 1 }), new StartingCollector());
    expect(error.code).toBe('protocol');
  });

  it('S10 chunks that were asked for together with a description that does not come are not taken either', async () => {
    const collector = Object.assign(new StartingCollector(), { startsAtBeginning: true });
    const { error, owner } = await downloadFrom((raw, pull) => {
      raw.chunk(pull, 'ab', { next: 1 });
      raw.end(pull);
    }, collector);
    expect(error.code).toBe('link_lost');
    expect(owner.pulls).toHaveLength(2);
    expect(collector.received).toEqual([]);
  });

  it('S10 an end before the consumer chose is not a success', async () => {
    const { error } = await downloadFrom((raw, pull) => raw.end(pull), new StartingCollector());
    expect(error.code).toBe('protocol');
  });

  it.each([
    ['no plain object', [Uint8Array.of(1)]],
    ['nothing', []],
  ])('L7 a description that is %s fails the download', async (_, segments) => {
    const { error, owner } = await downloadFrom(
      (raw, pull) => raw.describe(pull, {}, segments),
      new StartingCollector(),
    );
    expect(error.code).toBe('protocol');
    expect(owner.pulls).toHaveLength(1);
  });

  it('M3 a description above what the receiver takes fails it, before anything is allocated', async () => {
    class Modest extends StartingCollector {
      readonly maxDescriptionBytes = 100;
    }
    const body = { lengths: [2 ** 30], checksum: new Uint8Array(8), part: 0, parts: 1000, at: 0 };
    const { error } = await downloadFrom((raw, pull) => raw.describe(pull, { body }), new Modest());
    expect(error.code).toBe('protocol');
  });

  it('M3 bytes with the totals alone are not taken', async () => {
    const { error } = await downloadFrom((raw, pull) => raw.describe(pull, {}, [pack({ kind: 'x' })]));
    expect(error.code).toBe('protocol');
  });

  it('W15 W21 a message that cannot be read is pulled again at once, then fails as protocol', async () => {
    const { error, owner } = await downloadFrom((raw, pull) => raw.end(pull, { status: 'strange' }));
    expect(error.code).toBe('protocol');
    expect(error.message).toContain('end');
    expect(owner.pulls).toHaveLength(2);
  });

  it.each([
    ['another number of chunks', { chunks: 2 }],
    ['another digest', { digest: new Uint8Array(8) }],
  ])('I2 an end with %s is never a success', async (_, fields) => {
    const { error, owner, collector } = await downloadFrom((raw, pull) => {
      if (pull.body.byteLength === 0) raw.chunk(pull, 'ab', { next: 1 });
      raw.end(pull, fields);
    });
    expect(error.code).toBe('link_lost');
    expect(collector.received).toEqual(['ab']);
    expect(owner.pulls).toHaveLength(2);
  });

  it('W7 what it says is escaped before anybody prints it, and cut', async () => {
    const { error } = await downloadFrom((raw, pull) =>
      raw.refuse(pull, 'full\u001b[2J', { reason: `\u202e${'x'.repeat(1000)}` }),
    );
    expect(error.code).toBe('full\\u{1b}[2J');
    expect(error.message).toContain('\\u{202e}xxx');
    expect(error.message.length).toBeLessThan(500);
  });

  it('W21 an owner that says nothing at all is timed out', async () => {
    const { error } = await downloadFrom(() => {});
    expect(error.code).toBe('request_timeout');
  });
});

describe('what does no harm', () => {
  async function complete(script: PullScript): Promise<{ collector: Collector; owner: RawOwner; world: World }> {
    const world = new World();
    const owner = new RawOwner(world, script);
    const collector = new Collector();
    expect(await world.download(world.service('a'), owner.ref, collector)).toBe('ab');
    expect(await world.close()).toBe(0);
    return { collector, owner, world };
  }
  const right: PullScript = (raw, pull) => {
    raw.chunk(pull, 'ab', { next: 1 });
    raw.end(pull);
  };

  it('S11 messages of other pulls and downloads', async () => {
    const { owner } = await complete((raw, pull) => {
      const other = { ...pull, header: { ...pull.header, pullNo: 7 } };
      const stranger = { ...pull, header: { ...pull.header, downloadId: 'D-other' } };
      for (const wrong of [other, stranger]) {
        raw.sayBody({ kind: 'chunk', ...idsOf(wrong), seq: 1 }, chunkSegments('xx', { next: 9 }));
        raw.say({ kind: 'end', ...idsOf(wrong), status: 'eof', chunks: 0, digest: new Uint8Array(8) });
        raw.describe(wrong);
        raw.refuse(wrong, 'full');
      }
      right(raw, pull);
    });
    expect(owner.pulls).toHaveLength(1);
  });

  it('M3 more after the end, and descriptions that nobody asked for or that come twice', async () => {
    const { collector } = await complete((raw, pull) => {
      raw.describe(pull, { totalBytes: 2 });
      raw.describe(pull, { totalBytes: 999 }, [new Uint8Array(1000)]);
      right(raw, pull);
      raw.end(pull);
      raw.chunk(pull, 'more', { next: 2 });
      raw.describe(pull, {}, [new Uint8Array(1000)]);
    });
    expect(collector.received).toEqual(['ab']);
  });

  it('W5 kinds and fields that are not known', async () => {
    const { owner } = await complete((raw, pull) => {
      raw.say({ kind: 'weather', ...idsOf(pull), sunny: true });
      raw.chunk(pull, 'ab', { next: 1 }, { colour: 'red' });
      raw.end(pull, { colour: 'red' });
    });
    expect(owner.pulls).toHaveLength(1);
  });

  it('S14 busy keeps a slow owner alive as long as it takes', async () => {
    const world = new World();
    const owner = new RawOwner(world, (raw, pull) => {
      const { downloadId, refId } = pull.header;
      for (let afterMs = 900; afterMs <= 9000; afterMs += 900)
        world.clock.setTimer(afterMs, () => raw.say({ kind: 'busy', downloadId, refId }));
      world.clock.setTimer(9500, () => right(raw, pull));
    });
    const options = { requestTimeoutMs: 1000, maxRetries: 0 };
    expect(await world.download(world.service('a'), owner.ref, new Collector(), options)).toBe('ab');
    expect(await world.close()).toBe(0);
  });

  it('R9 messages of others about the download', async () => {
    const world = new World();
    const intruder = new RawOwner(world, () => {}, { id: 'intruder' });
    const owner = new RawOwner(world, (raw, pull) => {
      intruder.say(intruder.peer.hello());
      intruder.chunk(pull, 'evil', { next: 1 });
      intruder.end(pull);
      intruder.refuse(pull, 'full');
      world.clock.setTimer(10, () => right(raw, pull));
    });
    expect(await world.download(world.service('a'), owner.ref, new Collector())).toBe('ab');
    expect(await world.close()).toBe(0);
  });

  it('S1 W21 whatever bytes an owner sends, the download ends with the object or one typed error, and nothing is left', async () => {
    const noise = fc.uint8Array({ maxLength: 60 });
    const fields = fc.dictionary(
      fc.constantFrom(
        'seq',
        'items',
        'status',
        'chunks',
        'code',
        'pullNo',
        'nonce',
        'totalBytes',
        'idleTimeoutMs',
        'body',
      ),
      fc.oneof(fc.jsonValue(), noise, fc.integer()),
    );
    const kinds = fc.constantFrom(
      'chunk',
      'end',
      'described',
      'refused',
      'busy',
      'confirmed',
      'grant',
      'pull',
      'hello',
      '!new',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(kinds, fields, noise), { maxLength: 6 }), async (messages) => {
        const world = new World();
        const owner = new RawOwner(world, (raw, pull) => {
          for (const [kind, changed, body] of messages) {
            raw.sayBody({ ...pull.header, kind, ...changed }, [body]);
            raw.say({ ...pull.header, kind, ...changed });
          }
          right(raw, pull);
        });
        const collector = new Collector();
        const running = world.download(world.service('a'), owner.ref, collector, {
          maxRetries: 1,
          requestTimeoutMs: 1000,
        });
        const result = await running.catch((error: unknown) => error);
        expect(result === collector.received.join('|') || (result as DownloadError).name === 'DownloadError').toBe(
          true,
        );
        expect(collector.calls).toHaveLength(1);
        expect(await world.close()).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
