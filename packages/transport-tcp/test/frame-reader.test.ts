import type { DownloadError } from '@towline/downloader-core/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrameHead, frameKinds, type FrameKind, maxControlHeaderBytes } from '../src/frame.ts';
import { type Frame, FrameReader } from '../src/frame-reader.ts';

const limits = { maxHeaderBytes: 1000, maxMessageBytes: 100_000 };

/** A reader, what it made of the bytes, and how much memory it asked for. */
function recordingReader() {
  const record = { frames: [] as Frame[], problems: [] as DownloadError[], allocated: [] as number[] };
  const reader = new FrameReader(limits, (bytes) => {
    record.allocated.push(bytes);
    return new Uint8Array(bytes);
  });
  reader.start({
    refuse: () => undefined,
    onFrame: (frame) => record.frames.push(frame),
    onBroken: (problem) => record.problems.push(problem),
  });
  return { reader, ...record };
}

const encode = ({ kind, header, body }: Frame): Uint8Array =>
  Buffer.concat([encodeFrameHead(kind, header, body.byteLength), body]);

const encodeAll = (frames: readonly Frame[]): Buffer => Buffer.concat(frames.map(encode));

/** Gives the bytes to the reader as a kernel would that has `sizes` bytes at a time. */
function readInto(reader: FrameReader, bytes: Uint8Array, sizes: readonly number[]): void {
  let offset = 0;
  for (let turn = 0; offset < bytes.byteLength; turn += 1) {
    const target = reader.nextBuffer();
    const part = bytes.subarray(offset, offset + Math.min(sizes[turn % sizes.length] ?? 1, target.byteLength));
    target.set(part);
    reader.advance(part.byteLength);
    offset += part.byteLength;
  }
}

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant<FrameKind>('message'),
    header: fc.uint8Array({ maxLength: limits.maxHeaderBytes }),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.nat(20_000).map((length) => new Uint8Array(length).fill(7)),
    ),
  }),
  fc.record({
    kind: fc.constantFrom<FrameKind>('preface', 'ping', 'pong', 'goodbye'),
    header: fc.uint8Array({ maxLength: limits.maxHeaderBytes }),
    body: fc.constant(new Uint8Array(0)),
  }),
);

describe('FrameReader', () => {
  it('W1 makes the same frames of the same bytes, however they are cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 4 }), cuts, (frames, sizes) => {
        const bytes = encodeAll(frames);
        const read = recordingReader();
        readInto(read.reader, bytes, sizes);
        expect(encodeAll(read.frames).equals(bytes)).toBe(true);
        const pushed = recordingReader();
        for (let offset = 0, turn = 0; offset < bytes.byteLength; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pushed.reader.push(bytes.subarray(offset, offset + size));
          offset += size;
        }
        expect(encodeAll(pushed.frames).equals(bytes)).toBe(true);
      }),
    );
  });

  it('gives each body memory of its own, of exactly its size, that is filled in place', () => {
    const { reader, frames, allocated } = recordingReader();
    const body = new Uint8Array(50_000).fill(3);
    readInto(reader, encode({ kind: 'message', header: new Uint8Array(5), body }), [20_000]);
    expect(allocated).toEqual([50_000]);
    expect(frames[0]?.body.buffer.byteLength).toBe(50_000);
  });

  it.each([
    ['a body above the limit', encodeFrameHead('message', new Uint8Array(0), limits.maxMessageBytes + 1)],
    ['a body of 4 GiB', encodeFrameHead('message', new Uint8Array(0), 2 ** 32 - 1)],
    ['a header above the limit', encodeFrameHead('message', new Uint8Array(limits.maxHeaderBytes + 1), 0)],
    ['header and body above the limit together', encodeFrameHead('message', new Uint8Array(1), limits.maxMessageBytes)],
    ['a long preface', encodeFrameHead('preface', new Uint8Array(maxControlHeaderBytes + 1), 0)],
  ])('W4 refuses %s before it is allocated', (_what, bytes) => {
    const { reader, frames, problems, allocated } = recordingReader();
    reader.push(bytes);
    expect(problems).toMatchObject([{ code: 'limit_exceeded' }]);
    expect([frames, allocated]).toEqual([[], []]);
  });

  it.each([
    ['other bytes', Buffer.from('GET / HTTP/1.1\r\n')],
    ['an unknown kind', Buffer.from([0x54, 0x4c, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['kind 0', Buffer.from([0x54, 0x4c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a reserved byte that is set', Buffer.from([0x54, 0x4c, frameKinds.ping, 1, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a ping with a body', Buffer.from(encodeFrameHead('ping', new Uint8Array(0), 5))],
  ])('refuses %s as a breach of the protocol, once, and ignores what follows', (_what, bytes) => {
    const { reader, frames, problems } = recordingReader();
    reader.push(bytes);
    reader.push(encodeFrameHead('ping', new Uint8Array(0), 0));
    expect(problems).toMatchObject([{ code: 'protocol' }]);
    expect(frames).toEqual([]);
  });

  it('any bytes at all are frames or one problem', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { reader, problems } = recordingReader();
        reader.push(bytes);
        expect(problems.length).toBeLessThanOrEqual(1);
        expect(reader.nextBuffer().byteLength).toBeGreaterThan(0);
      }),
    );
  });

  it('hands out nothing after it was stopped, not even the rest of the same read', () => {
    const { reader, frames } = recordingReader();
    const ping = encodeFrameHead('ping', new Uint8Array(0), 0);
    const stopping = new FrameReader(limits, (bytes) => new Uint8Array(bytes));
    stopping.start({
      refuse: () => undefined,
      onBroken: () => expect.unreachable(),
      onFrame: (frame) => {
        frames.push(frame);
        stopping.stop();
      },
    });
    stopping.push(Buffer.concat([ping, ping, ping]));
    expect(frames).toHaveLength(1);
    reader.stop();
    reader.push(ping);
    expect(frames).toHaveLength(1);
  });

  it('counts each time that bytes came, and tells the next one once, of a body not yet complete too', () => {
    const { reader } = recordingReader();
    let told = 0;
    readInto(reader, encodeFrameHead('message', new Uint8Array(3), 100), [50]);
    reader.onNextBytes = () => (told += 1);
    readInto(reader, new Uint8Array(20), [10]);
    expect([reader.reads, told]).toEqual([3, 1]);
  });

  it('what came before the start was out of turn', () => {
    const problems: DownloadError[] = [];
    const reader = new FrameReader(limits, (bytes) => new Uint8Array(bytes));
    reader.push(encodeFrameHead('ping', new Uint8Array(0), 0));
    reader.start({
      refuse: () => undefined,
      onFrame: () => expect.unreachable(),
      onBroken: (problem) => problems.push(problem),
    });
    expect(problems).toMatchObject([{ code: 'protocol' }]);
  });

  it('a body that there is no memory for breaks this reader only', () => {
    const problems: DownloadError[] = [];
    const reader = new FrameReader(limits, () => {
      throw new RangeError('Array buffer allocation failed');
    });
    reader.start({
      refuse: () => undefined,
      onFrame: () => expect.unreachable(),
      onBroken: (problem) => problems.push(problem),
    });
    reader.push(encodeFrameHead('message', new Uint8Array(3), 100));
    expect(problems).toMatchObject([{ code: 'limit_exceeded' }]);
  });
});
