import { PassThrough, Writable } from 'node:stream';
import type { Socket } from 'node:net';
import { DownloadError } from '@towline/downloader-core/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrameHead } from '../src/frame.ts';
import { batches, FrameWriter } from '../src/frame-writer.ts';
import { Outgoing } from '../src/outgoing.ts';
import { maxTlsWriteBytes } from '../src/tls13.ts';
import { TestClock } from './support/test-clock.ts';

const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);
const outgoing = (id: number, signal?: AbortSignal): Outgoing =>
  new Outgoing({ header: bytes(1, id), body: [] }, signal);
const lost = new DownloadError('link_lost', 'cut');

/** A socket that takes nothing until it is told, and records what it was given at once. */
function slowSocket() {
  const writes: Uint8Array[][] = [];
  const takers: ((error?: Error) => void)[] = [];
  const socket = new Writable({
    writev(chunks, callback) {
      writes.push(chunks.map(({ chunk }) => chunk as Uint8Array));
      takers.push(callback);
    },
  });
  socket.on('error', () => {});
  return { socket: socket as unknown as Socket, writes, take: (error?: Error) => takers.shift()?.(error) };
}

function writerOn(socket: Socket, maxWriteBytes = Infinity) {
  const clock = new TestClock();
  const stuck: number[] = [];
  const onStuck = (): void => void stuck.push(clock.now());
  return { clock, stuck, writer: new FrameWriter({ socket, clock, maxWriteBytes, takeBackMs: 1000, onStuck }) };
}

const settled = (promise: Promise<void>): Promise<unknown> =>
  promise.then(
    () => 'sent',
    (error: unknown) => (error instanceof DownloadError ? error.code : error),
  );

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('batches', () => {
  it('cut nothing out, keep the order and never exceed the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.integer({ min: 1, max: 40 }), (pieces, maxBytes) => {
        const cut = [...batches(pieces, maxBytes)];
        expect(Buffer.concat(cut.flat())).toEqual(Buffer.concat(pieces));
        const sizes = cut.map((batch) => batch.reduce((sum, piece) => sum + piece.byteLength, 0));
        expect(sizes.slice(0, -1).every((size) => size === maxBytes)).toBe(true);
        expect(sizes.every((size) => size > 0 && size <= maxBytes)).toBe(true);
      }),
    );
  });

  it('of a limit of many records do the same, and give a large piece alone', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300_000 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const pieces = lengths.map((length, index) => bytes(length, index));
        const cut = [...batches(pieces, maxTlsWriteBytes)];
        expect(Buffer.concat(cut.flat()).equals(Buffer.concat(pieces))).toBe(true);
        for (const batch of cut) {
          const size = batch.reduce((sum, piece) => sum + piece.byteLength, 0);
          expect(size > 0 && size <= maxTlsWriteBytes).toBe(true);
          expect(batch.length === 1 || batch.every((piece) => piece.byteLength < 64 * 1024)).toBe(true);
        }
      }),
    );
  });

  it('of a chunk of 1 MiB are five: its head with what fills a record, the rest from where it lies, its state', () => {
    const [head, data, state] = [bytes(150), bytes(1024 * 1024), bytes(13)];
    const cut = [...batches([head, data, state], maxTlsWriteBytes)];
    const record = 16 * 1024;
    const rest = data.byteLength - (record - 150) - 2 * maxTlsWriteBytes;
    expect(cut.map((batch) => batch.map((piece) => piece.byteLength))).toEqual([
      [150, record - 150],
      [maxTlsWriteBytes],
      [maxTlsWriteBytes],
      [rest],
      [13],
    ]);
    expect(cut.slice(1, 4).every(([piece]) => piece?.buffer === data.buffer)).toBe(true);
  });

  it('of little pieces are as large as they may be, however many there are', () => {
    const cut = [
      ...batches(
        Array.from({ length: 100 }, () => bytes(10_000)),
        maxTlsWriteBytes,
      ),
    ];
    expect(cut).toHaveLength(Math.ceil(1_000_000 / maxTlsWriteBytes));
  });

  it('leave the pieces whole where there is no limit', () => {
    const pieces = [bytes(5), bytes(1000)];
    expect([...batches(pieces, Infinity)]).toEqual([pieces]);
  });
});

describe('FrameWriter', () => {
  it('writes a large message at once, from the sender’s own memory', () => {
    const { socket, writes } = slowSocket();
    const { writer } = writerOn(socket);
    const [first, second] = [bytes(40_000, 1), bytes(30_000, 2)];
    writer.send(new Outgoing({ header: bytes(3), body: [first, new Uint8Array(0), second] }, undefined));
    expect(writes).toEqual([
      [Buffer.from(encodeFrameHead('message', bytes(3), 70_000)), Buffer.from(first), Buffer.from(second)],
    ]);
    expect(writes[0]?.[1]?.buffer).toBe(first.buffer);
  });

  it('writes what is small once for all that one event sets off, together and in order', async () => {
    const { socket, writes, take } = slowSocket();
    const { writer } = writerOn(socket);
    const sends = [1, 2, 3].map((id) => outgoing(id));
    for (const send of sends) writer.send(send);
    writer.sendControl('ping');
    expect(writes).toEqual([]);
    await turn();
    expect(writes.map((write) => write.map((piece) => piece.at(-1)))).toEqual([[1, 2, 3, 0]]);
    take();
    for (const send of sends) expect(await settled(send.done)).toBe('sent');
  });

  it('writes no more than 64 KiB of small ones together, and a large one behind them by itself', async () => {
    const { socket, writes, take } = slowSocket();
    const { writer } = writerOn(socket);
    const sized = (length: number): Outgoing => new Outgoing({ header: bytes(1), body: [bytes(length)] }, undefined);
    for (const length of [30_000, 30_000, 30_000, 100_000, 10]) writer.send(sized(length));
    for (let write = 0; write < 4; write += 1) {
      await turn();
      take();
    }
    const bodies = writes.map((write) => write.filter((_, index) => index % 2 === 1).map((body) => body.byteLength));
    expect(bodies).toEqual([[30_000, 30_000], [30_000], [100_000], [10]]);
  });

  it('W1 a send is pending until the socket has taken it, and later ones wait in order', async () => {
    const { socket, writes, take } = slowSocket();
    const { writer } = writerOn(socket);
    const [one, two] = [outgoing(1), outgoing(2)];
    writer.send(one);
    await turn();
    writer.send(two);
    await turn();
    expect(writes).toHaveLength(1);
    take();
    expect(await settled(one.done)).toBe('sent');
    await turn();
    expect(writes.map((write) => write.at(-1)?.at(-1))).toEqual([1, 2]);
    expect(writer.isIdle).toBe(false);
    take();
    expect(await settled(two.done)).toBe('sent');
    await turn();
    expect(writer.isIdle).toBe(true);
  });

  it('gives a TLS socket no more at once than it may copy', async () => {
    const { socket, writes, take } = slowSocket();
    const { writer } = writerOn(socket, 256);
    const message = new Outgoing({ header: bytes(1), body: [bytes(600)] }, undefined);
    writer.send(message);
    for (let part = 0; part < 3; part += 1) {
      await turn();
      expect(writes).toHaveLength(part + 1);
      take();
    }
    expect(await settled(message.done)).toBe('sent');
    const sizes = writes.map((write) => write.reduce((sum, piece) => sum + piece.byteLength, 0));
    expect(sizes).toEqual([256, 256, 600 + 13 - 512]);
  });

  it('takes back a message of which nothing was written', async () => {
    const { socket, writes, take } = slowSocket();
    const { writer } = writerOn(socket);
    const controller = new AbortController();
    const [one, two, three] = [outgoing(1), outgoing(2, controller.signal), outgoing(3)];
    writer.send(one);
    await turn();
    for (const message of [two, three]) writer.send(message);
    controller.abort('changed my mind');
    expect(await settled(two.done)).toBe('changed my mind');
    take();
    await turn();
    expect(writes.map((write) => write.at(-1)?.at(-1))).toEqual([1, 3]);
  });

  it('takes back the only message that waits for the end of the turn', async () => {
    const { socket, writes } = slowSocket();
    const { writer } = writerOn(socket);
    const controller = new AbortController();
    const message = outgoing(1, controller.signal);
    const sent = settled(message.done);
    writer.send(message);
    controller.abort('changed my mind');
    const flushed = writer.flush();
    await turn();
    await flushed;
    expect([await sent, writes, writer.isIdle]).toEqual(['changed my mind', [], true]);
  });

  it('lets a message that is being written come to its end after an abort, for a while', async () => {
    const { socket, take } = slowSocket();
    const { writer, clock, stuck } = writerOn(socket);
    const controller = new AbortController();
    const message = outgoing(1, controller.signal);
    writer.send(message);
    await turn();
    controller.abort('too late');
    clock.advance(999);
    take();
    expect(await settled(message.done)).toBe('sent');
    clock.advance(1000);
    expect([stuck, clock.pending]).toEqual([[], 0]);
  });

  it('says once when aborted messages block it; their sends then end with the signal’s reason', async () => {
    const { socket } = slowSocket();
    const { writer, clock, stuck } = writerOn(socket);
    const controller = new AbortController();
    const messages = [outgoing(1, controller.signal), outgoing(2, controller.signal)];
    for (const message of messages) writer.send(message);
    await turn();
    controller.abort('enough');
    clock.advance(1000);
    expect(stuck).toEqual([1000]);
    writer.end(lost);
    for (const message of messages) expect(await settled(message.done)).toBe('enough');
    expect(clock.pending).toBe(0);
  });

  it('drop rejects what was not begun, end the rest too', async () => {
    const { socket } = slowSocket();
    const { writer } = writerOn(socket);
    const [one, two] = [outgoing(1), outgoing(2)];
    writer.send(one);
    await turn();
    writer.send(two);
    writer.drop(lost);
    expect(await settled(two.done)).toBe('link_lost');
    const flushed = writer.flush();
    writer.end(lost);
    expect(await settled(one.done)).toBe('link_lost');
    await flushed;
  });

  it('W1 a write that fails resolves nothing', async () => {
    const { socket, take } = slowSocket();
    const { writer } = writerOn(socket);
    const message = outgoing(1);
    writer.send(message);
    await turn();
    take(new Error('EPIPE'));
    await turn();
    writer.end(lost);
    expect(await settled(message.done)).toBe('link_lost');
  });

  it('W1 a write that the socket gave up because it was destroyed resolves nothing, though Node reports no error', async () => {
    const { socket, take } = slowSocket();
    const { writer } = writerOn(socket);
    const message = outgoing(1);
    writer.send(message);
    await turn();
    socket.destroy();
    take();
    await turn();
    writer.end(lost);
    expect(await settled(message.done)).toBe('link_lost');
  });

  it('flush waits for what is queued, and not when there is nothing', async () => {
    const socket = new PassThrough().resume() as unknown as Socket;
    const { writer } = writerOn(socket);
    await writer.flush();
    const message = outgoing(1);
    writer.send(message);
    writer.sendControl('ping');
    await writer.flush();
    expect(writer.isIdle).toBe(true);
    expect(await settled(message.done)).toBe('sent');
  });
});
