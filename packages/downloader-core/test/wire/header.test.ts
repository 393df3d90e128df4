import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readHeader, writeHeader } from '../../src/wire/header.ts';
import { maxHeaderBytes, ownLimits, protocolMajors } from '../../src/wire/limits.ts';
import { type Message, messageSchemas } from '../../src/wire/messages.ts';
import { bytesOf } from '../support/objects.ts';

const body = { lengths: [2], checksum: new Uint8Array(8), part: 0, parts: 1, at: 0 };
const hello: Message = {
  kind: 'hello',
  majors: protocolMajors,
  minor: 0,
  instanceId: 'I1',
  limits: ownLimits(131_072),
  features: [],
};
const chunk: Message = { kind: 'chunk', downloadId: 'D1', pullNo: 1, seq: 1, body };

const problem = (bytes: Uint8Array): unknown => (readHeader(bytes) as { problem?: string }).problem;

const sized = (bytes: number): Uint8Array => {
  const empty = encode({ kind: 'bye', code: 'x', reason: '', filler: 'x'.repeat(300) }).byteLength - 300;
  return encode({ kind: 'bye', code: 'x', reason: '', filler: 'x'.repeat(bytes - empty) });
};

const withLengths = (count: number): string =>
  readHeader(encode({ ...chunk, body: { ...body, lengths: Array.from({ length: count }, () => 1) } })).is;

const consumed = (bytes: number): string =>
  readHeader(
    encode({
      kind: 'grant',
      downloadId: 'D',
      refId: 'R',
      pullNo: 1,
      credit: { upToSeq: 1, upToBytes: 1 },
      consumed: { bytes },
      consumedSeq: 0,
    }),
  ).is;

describe('headers', () => {
  it('S1 any bytes are read to something, and nothing is ever thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['message', 'unknown', 'malformed']).toContain(readHeader(bytes).is);
      }),
      { numRuns: 2000 },
    );
  });

  it('S1 any MessagePack is read to something, and nothing is ever thrown', () => {
    const kinds = fc.constantFrom(...Object.keys(messageSchemas), 'toString', '__proto__', 'constructor');
    const fields = fc.dictionary(
      fc.constantFrom(
        'downloadId',
        'pullNo',
        'refId',
        'body',
        'credit',
        'consumed',
        'limits',
        'majors',
        'status',
        'code',
      ),
      fc.oneof(fc.jsonValue(), fc.uint8Array(), fc.constantFrom(body, { upToSeq: 1, upToBytes: 1 }, { bytes: 0 })),
    );
    fc.assert(
      fc.property(kinds, fields, (kind, rest) => {
        expect(['message', 'unknown', 'malformed']).toContain(readHeader(encode({ ...rest, kind })).is);
      }),
      { numRuns: 2000 },
    );
  });

  it('S1 a valid message with any one byte changed is read to something', () => {
    const bytes = writeHeader(chunk);
    fc.assert(
      fc.property(fc.nat({ max: bytes.byteLength - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        expect(['message', 'unknown', 'malformed']).toContain(readHeader(changed).is);
      }),
      { numRuns: 1000 },
    );
  });

  it('W5 fields that are not known are ignored', () => {
    const read = readHeader(encode({ ...chunk, colour: 'red', body: { ...body, shape: 'round' } }));
    expect(read).toEqual({ is: 'message', message: chunk });
  });

  it('W5 a kind that is not known is told from a message that cannot be read', () => {
    expect(readHeader(encode({ kind: '!later', downloadId: 'D1' }))).toEqual({
      is: 'unknown',
      kind: '!later',
      downloadId: 'D1',
    });
    expect(readHeader(encode({ kind: 'toString' }))).toEqual({
      is: 'unknown',
      kind: 'toString',
      downloadId: undefined,
    });
    expect(readHeader(encode({ ...chunk, seq: 0 }))).toMatchObject({
      is: 'malformed',
      kind: 'chunk',
      downloadId: 'D1',
    });
    expect(readHeader(encode({ downloadId: 'D1' }))).toMatchObject({
      problem: 'the header has no kind',
      downloadId: 'D1',
    });
  });

  it('S1 a header that says what is wrong with it', () => {
    expect(problem(encode([1]))).toContain('not a plain object');
    expect(problem(bytesOf(''))).toContain('cannot be decoded');
    expect(problem(encode({ ...chunk, body: { ...body, parts: -1 } }))).toContain('body.parts');
    expect(problem(encode({ ...chunk, body: { ...body, checksum: new Uint8Array(7) } }))).toContain('is not 8 bytes');
    expect(problem(Uint8Array.of(0x81, 0xa9, ...bytesOf('__proto__'), 0xc0))).toContain('__proto__');
  });

  it('W4 a header above 64 KiB is not read at all', () => {
    expect(sized(maxHeaderBytes).byteLength).toBe(maxHeaderBytes);
    expect(readHeader(sized(maxHeaderBytes)).is).toBe('message');
    expect(readHeader(sized(maxHeaderBytes + 1))).toMatchObject({ problem: 'the header has more than 65536 bytes' });
  });

  it.each([
    ['messages of less than 131,072 bytes', { messageBytes: 131_071 }],
    ['headers of less than 64 KiB', { headerBytes: 65_535 }],
    ['no chunk at all', { chunkBytes: 0 }],
    ['no state at all', { stateBytes: 0 }],
  ])('W4 a greeting that takes %s is malformed', (_, limits) => {
    expect(readHeader(encode(hello)).is).toBe('message');
    const read = readHeader(encode({ ...hello, limits: { ...ownLimits(131_072), ...limits } }));
    expect(read).toMatchObject({ is: 'malformed', kind: 'hello' });
  });

  it('S7 a chunk has at most 4,096 segments and its state', () => {
    expect([withLengths(4097), withLengths(4098)]).toEqual(['message', 'malformed']);
  });

  it('S8 counts beyond 2^53 − 1 are refused, those up to it pass', () => {
    expect([consumed(2 ** 53 - 1), consumed(2 ** 53), consumed(-1), consumed(0.5), consumed(Number.NaN)]).toEqual([
      'message',
      'malformed',
      'malformed',
      'malformed',
      'malformed',
    ]);
  });
});
