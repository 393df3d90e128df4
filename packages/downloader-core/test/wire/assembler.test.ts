import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadHasher } from '../../src/base/hash.ts';
import type { OutgoingMessage } from '../../src/base/transport.ts';
import { type AssembledBody, BodyAssembler } from '../../src/wire/assembler.ts';
import { copyCount, copyTogether } from '../../src/base/copies.ts';
import { cutMessage } from '../../src/wire/cut.ts';
import { readHeader } from '../../src/wire/header.ts';
import { leastMessageBytes } from '../../src/wire/limits.ts';
import type { BodyPart, Chunk } from '../../src/wire/messages.ts';
import { bytesOf, textOf } from '../support/objects.ts';

const hasher = await loadHasher();
const limitBytes = 1_000_000;

/** The bodies that `messages` carry, put together in their order; each key is `chunk` and its number. */
function assemble(messages: readonly OutgoingMessage[], assembler = new BodyAssembler(hasher)): AssembledBody[] {
  const whole: AssembledBody[] = [];
  for (const { header, body } of messages) {
    const read = readHeader(header);
    if (read.is !== 'message' || read.message.kind !== 'chunk') throw new Error('not a chunk');
    const done = assembler.take(`chunk ${read.message.seq}`, read.message.body, body, limitBytes);
    if (done) whole.push(done);
  }
  return whole;
}

function cut(segments: readonly Uint8Array[], maxMessageBytes: number, seq = 1): OutgoingMessage[] {
  const message: Omit<Chunk, 'body'> = { kind: 'chunk', downloadId: 'D1', pullNo: 1, seq };
  return cutMessage(message, segments, hasher.checksum(segments), maxMessageBytes);
}

/** A part of a body of six bytes in two segments, in two messages. */
function part(fields: Partial<BodyPart>): BodyPart {
  return { lengths: [2, 4], checksum: hasher.checksum([bytesOf('abcdef')]), part: 0, parts: 2, at: 0, ...fields };
}

const bodies = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 6 });

describe('bodies in several messages', () => {
  it('W4 what is cut comes together as it was, whatever the sizes', () => {
    fc.assert(
      fc.property(bodies, fc.integer({ min: 250, max: 900 }), (segments, maxMessageBytes) => {
        const messages = cut(segments, maxMessageBytes);
        for (const { header, body } of messages)
          expect(header.byteLength + copyTogether(body).byteLength).toBeLessThanOrEqual(maxMessageBytes);
        const [whole, ...more] = assemble(messages);
        expect(more).toEqual([]);
        expect(whole).toMatchObject({ intact: true });
        expect(whole?.segments.map((segment) => [...segment])).toEqual(segments.map((segment) => [...segment]));
      }),
    );
  });

  it('W2 W4 parts come together in any order and with any repeats', () => {
    const orders = fc.array(fc.nat(), { maxLength: 60 });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 600, maxLength: 2000 }), orders, (bytes, order) => {
        const messages = cut([bytes.subarray(0, 5), bytes.subarray(5)], 300);
        const drawn = order.flatMap((index) => messages[index % messages.length] ?? []);
        // The last comes once all others did, so that the body is whole exactly then.
        const [last, ...others] = messages as [OutgoingMessage, ...OutgoingMessage[]];
        const schedule = [...drawn.filter((message) => message !== last), ...others, last];
        const [whole, ...more] = assemble(schedule);
        expect(more).toEqual([]);
        expect(whole?.intact).toBe(true);
        expect(copyTogether(whole?.segments ?? [])).toEqual(bytes);
      }),
    );
  });

  it('W4 a body that fits goes in one message, its segments referred to, not copied', () => {
    // Above 16 KiB: segments that are smaller are put together for the checksum.
    const segments = [new Uint8Array(2).fill(1), new Uint8Array(16 * 1024).fill(2)];
    const { bytesCopied } = copyCount;
    const messages = cut(segments, leastMessageBytes);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.body).toEqual(segments);
    expect(messages[0]?.body[0]).toBe(segments[0]);
    const [whole] = assemble(messages);
    expect(whole?.segments[1]).toBe(segments[1]);
    expect(copyCount.bytesCopied).toBe(bytesCopied);
  });

  it('W4 one byte above the limit makes two messages', () => {
    const [whole] = cut([new Uint8Array(leastMessageBytes)], 10 * leastMessageBytes);
    const overhead = whole?.header.byteLength ?? 0;
    const exact = cut([new Uint8Array(leastMessageBytes - overhead)], leastMessageBytes);
    expect(exact).toHaveLength(1);
    expect(cut([new Uint8Array(leastMessageBytes - overhead + 1)], leastMessageBytes)).toHaveLength(2);
  });

  it('W4 an object without bytes has one message', () => {
    for (const segments of [[], [new Uint8Array(0)], [new Uint8Array(0), new Uint8Array(0)]]) {
      const messages = cut(segments, leastMessageBytes);
      expect(messages).toHaveLength(1);
      expect(assemble(messages)[0]).toMatchObject({ intact: true, segments });
    }
  });

  it('W4 a part of another body drops what was begun', () => {
    const [first, ...rest] = cut([new Uint8Array(500)], 300, 1) as [OutgoingMessage, ...OutgoingMessage[]];
    const assembler = new BodyAssembler(hasher);
    expect(assemble([first, ...cut([new Uint8Array(501)], 300, 2)], assembler)).toHaveLength(1);
    expect(assemble(rest, assembler)).toEqual([]);
  });

  it('W4 a body in one message leaves what was begun as it is', () => {
    const [first, ...rest] = cut([new Uint8Array(500)], 300, 1) as [OutgoingMessage, ...OutgoingMessage[]];
    const schedule = [first, ...cut([bytesOf('two')], 300, 2), ...rest];
    expect(assemble(schedule).map(({ intact }) => intact)).toEqual([true, true]);
  });

  it('W4 what was dropped is forgotten', () => {
    const messages = cut([new Uint8Array(500)], 300);
    const assembler = new BodyAssembler(hasher);
    assemble(messages.slice(0, -1), assembler);
    assembler.drop();
    expect(assemble(messages.slice(-1), assembler)).toEqual([]);
  });

  it('W4 the pieces of a message may lie as they like', () => {
    const assembler = new BodyAssembler(hasher);
    const pieces = ['a', 'bc', '', 'def'].map(bytesOf);
    const whole = assembler.take('chunk 1', part({ parts: 1 }), pieces, limitBytes);
    expect(whole?.segments.map(textOf)).toEqual(['ab', 'cdef']);
    expect(
      assembler.take('chunk 2', part({ parts: 1 }), [bytesOf('abcdef')], limitBytes)?.segments.map(textOf),
    ).toEqual(['ab', 'cdef']);
  });

  it('I1 a flipped bit is noticed, in one message or in several', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1000 }), fc.nat(), fc.boolean(), (bytes, where, large) => {
        const messages = cut([bytes], large ? 2000 : 300);
        const damaged = messages.map(({ header, body }) => ({ header, body: body.map((segment) => segment.slice()) }));
        const victim = damaged[where % damaged.length]?.body[0] as Uint8Array;
        victim[where % victim.byteLength] = (victim[where % victim.byteLength] ?? 0) ^ (1 << (where % 8));
        expect(assemble(damaged)[0]).toMatchObject({ intact: false });
      }),
    );
  });
});

describe('bodies that cannot be', () => {
  it.each<[string, Partial<BodyPart>, string]>([
    ['a body above the limit', { lengths: [2, limitBytes] }, 'abc'],
    ['sizes whose sum no number can hold', { lengths: Array.from({ length: 4097 }, () => 2 ** 53 - 1) }, 'abc'],
    ['fewer bytes than one message tells', { parts: 1 }, 'abc'],
    ['more bytes than one message tells', { parts: 1 }, 'abcdefg'],
    ['one message that does not begin at the beginning', { parts: 1, at: 1 }, 'abcdef'],
    ['a part behind the end', { at: 4 }, 'abc'],
    ['a part without bytes', {}, ''],
    ['a part that there is not', { part: 2 }, 'abc'],
    ['more parts than bytes', { parts: 7 }, 'abc'],
  ])('W4 %s is refused', (_, fields, text) => {
    const take = (): unknown => new BodyAssembler(hasher).take('chunk 1', part(fields), [bytesOf(text)], limitBytes);
    expect(take).toThrow(expect.objectContaining({ code: 'protocol' }));
  });

  it.each<[string, Partial<BodyPart>]>([
    ['another number of parts', { parts: 3 }],
    ['another size', { lengths: [2, 5] }],
    ['another checksum', { checksum: new Uint8Array(8) }],
  ])('W4 parts with %s do not belong together', (_, fields) => {
    const assembler = new BodyAssembler(hasher);
    assembler.take('chunk 1', part({}), [bytesOf('abc')], limitBytes);
    const second = part({ part: 1, at: 3, ...fields });
    expect(() => assembler.take('chunk 1', second, [bytesOf('def')], limitBytes)).toThrow('do not belong together');
  });

  it('W4 parts that overlap leave a hole, and the checksum tells', () => {
    const assembler = new BodyAssembler(hasher);
    assembler.take('chunk 1', part({}), [bytesOf('abc')], limitBytes);
    const whole = assembler.take('chunk 1', part({ part: 1, at: 2 }), [bytesOf('cde')], limitBytes);
    expect(whole).toMatchObject({ intact: false });
  });

  it('W4 a claimed size is allocated at the first part that is within the limit, never before', () => {
    const huge = part({ lengths: [2 ** 40], parts: 2 ** 20 });
    expect(() => new BodyAssembler(hasher).take('chunk 1', huge, [bytesOf('abc')], 2 ** 26)).toThrow('above the limit');
  });
});
