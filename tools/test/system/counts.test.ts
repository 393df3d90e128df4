import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Done } from '../support/counted/counting.mjs';
import { type Counted, countedTransfer, knownCounts, type Sides } from '../support/counted/transfer.ts';

/*
 * What a transfer costs, in counts that are the same on a slow machine and on a fast one: a bound that is passed is a copy,
 * an allocation, a message or a call of the system's that was not there before. Bounds are as tight as their reason says.
 */

const mebibyte = 1024 * 1024;
const bytes = 32 * mebibyte;
const chunkBytes = mebibyte;
const chunks = bytes / chunkBytes;
/** Fixed, so that how much waits anywhere does not depend on how quick the other side is. */
const windowBytes = 4 * mebibyte;
const windowChunks = windowBytes / chunkBytes;

/** The most that a reader of frames takes of a body before it has memory of the body's own. */
const readAheadBytes = 16 * 1024;
/** The most that is copied of a message's head by the module that counts: once, of what a socket brings in its own buffers. */
const headBytes = 256;
/** The most that all others copy of what a message is apart from a body: header, state and checksum, packed and unpacked. */
const overheadBytes = 1024;

const directory = await mkdtemp(join(tmpdir(), 'towline-counts-'));
const path = join(directory, 'source');
beforeAll(() => writeFile(path, randomBytes(bytes)));
afterAll(() => rm(directory, { recursive: true }));

const sum = (ofKind: Record<string, number>): number =>
  Object.values(ofKind).reduce((total, count) => total + count, 0);
const messagesOf = ({ sent, received }: Done): number => sum(sent) + sum(received);
const digestOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** Moves a file into a folder of its own, and looks whether it arrived everywhere. */
async function countedFile(name: string, more: Partial<Counted> = {}): Promise<Sides> {
  const target = join(directory, name);
  await mkdir(target);
  const sides = await countedTransfer({
    what: 'file',
    path,
    bytes,
    chunkBytes,
    windowBytes,
    directory: target,
    ...more,
  });
  for (let index = 0; index < (more.receivers ?? 1); index += 1)
    expect(await digestOf(join(target, `receiver-${index}`))).toBe(await digestOf(path));
  return sides;
}

/** Whoever copies: nothing but heads of frames, and metadata of the object, is copied by another module than the one that counts. */
function expectTruth(side: Done, metadataBytes = 0): void {
  expect(side.copiedInLargeBytes).toBeLessThanOrEqual(side.countedBytes);
  expect(side.copiedBytes - side.countedBytes).toBeLessThanOrEqual(messagesOf(side) * overheadBytes + metadataBytes);
}

/** The owner hands out memory as it lies: what it copies is heads of frames. */
function expectNoCopy(owner: Done): void {
  expect(owner.copiedInLargeBytes).toBe(0);
  expect(owner.countedBytes).toBeLessThanOrEqual(messagesOf(owner) * headBytes);
}

/** What a receiver has taken before it knows that bodies of a size come back. */
const firstBytes = windowBytes + chunkBytes;

/** The checksum code takes bytes into memory of its own, but for bodies that lie in memory that is its own already. */
function expectCopiedToChecksum(side: Done, ofBytes: number): void {
  expect(side.checksumBytes).toBeLessThanOrEqual(ofBytes + messagesOf(side) * overheadBytes);
}

/** A chunk is one message, and at most one grant answers it; the rest is what begins and ends a download. */
function expectFewMessages({ owner, receiver }: Sides, ofChunks: number): void {
  expect(owner.sent['chunk']).toBe(ofChunks);
  expect(receiver.sent['grant'] ?? 0).toBeLessThanOrEqual(ofChunks);
  expect(sum(owner.sent) - ofChunks).toBeLessThanOrEqual(6);
  expect(sum(receiver.sent) - (receiver.sent['grant'] ?? 0)).toBeLessThanOrEqual(6);
}

/** Frames of the transport beside messages: preface, goodbye, and pings of a machine that was away for seconds. */
const transportFrames = 8;

describe('a file', () => {
  let sides: Sides;
  beforeAll(async () => void (sides = await countedFile('plain')));

  it('is copied by nobody, but what a receiver reads ahead of each body', () => {
    expectNoCopy(sides.owner);
    expect(sides.receiver.countedBytes).toBeLessThanOrEqual(
      chunks * readAheadBytes + messagesOf(sides.receiver) * headBytes,
    );
    for (const side of [sides.owner, sides.receiver]) expectTruth(side);
  });

  it('has its checksums computed where it lies, on both sides', () => {
    expectCopiedToChecksum(sides.owner, 0);
    expectCopiedToChecksum(sides.receiver, firstBytes);
  });

  it('takes one message per chunk, at most one grant, and one pull', () => {
    expectFewMessages(sides, chunks);
    expect(sides.receiver.sent['pull']).toBe(1);
  });

  it('goes to the socket with one call per frame', () => {
    for (const side of [sides.owner, sides.receiver])
      expect(side.socketWrites).toBeLessThanOrEqual(sum(side.sent) + transportFrames);
  });

  it('is read and written with one call per chunk', () => {
    expect([sides.owner.fileReads, sides.owner.fileWrites]).toEqual([chunks, 0]);
    expect([sides.receiver.fileReads, sides.receiver.fileWrites]).toEqual([0, chunks]);
  });

  it('goes through buffers that are used again: no more of them than the window holds', () => {
    // Beside it a chunk is being made on one side and written on the other; a reader of frames has a buffer itself.
    for (const side of [sides.owner, sides.receiver])
      expect(side.largeAllocations).toBeLessThanOrEqual(windowChunks + 4);
  });
});

describe('a file over a link with a key', () => {
  let sides: Sides;
  const psk = { identity: 'towline1.counted', key: randomBytes(32).toString('hex') };
  beforeAll(async () => void (sides = await countedFile('key', { psk })));

  it('is copied no more than over a plain one', () => {
    expectNoCopy(sides.owner);
    expect(sides.receiver.countedBytes).toBeLessThanOrEqual(
      chunks * readAheadBytes + messagesOf(sides.receiver) * headBytes,
    );
    for (const side of [sides.owner, sides.receiver]) expectTruth(side);
  });

  it('goes to the socket in parts of 352 KiB, since TLS encrypts into memory of its own', () => {
    // A chunk is its head with what fills a record, three parts, and its state.
    expect(sides.owner.socketWrites).toBeLessThanOrEqual(5 * chunks + sum(sides.owner.sent) - chunks + transportFrames);
  });

  it('goes through buffers that are used again', () => {
    for (const side of [sides.owner, sides.receiver])
      expect(side.largeAllocations).toBeLessThanOrEqual(windowChunks + 4);
  });
});

describe('a state dict in memory', () => {
  let sides: Sides;
  beforeAll(async () => void (sides = await countedTransfer({ what: 'tensors', bytes, chunkBytes, windowBytes })));

  it('is not copied by its owner', () => {
    expectNoCopy(sides.owner);
    expectTruth(sides.owner);
  });

  it('is copied by its receiver once, into its tensors', () => {
    const { receiver } = sides;
    expect(receiver.countedBytes).toBeGreaterThanOrEqual(bytes);
    expect(receiver.countedBytes).toBeLessThanOrEqual(
      bytes + chunks * readAheadBytes + messagesOf(receiver) * headBytes,
    );
    expectTruth(receiver);
  });

  it('is taken to the checksum code once by its owner, whose memory is the application’s, and by its receiver never', () => {
    expectCopiedToChecksum(sides.owner, bytes);
    expectCopiedToChecksum(sides.receiver, firstBytes);
  });

  it('takes one message per chunk, and at most one grant', () => expectFewMessages(sides, chunks));

  it('costs its owner no buffer, and its receiver its 16 tensors', () => {
    // A reader of frames has a buffer itself.
    expect(sides.owner.largeAllocations).toBeLessThanOrEqual(2);
    expect(sides.receiver.largeAllocations).toBeLessThanOrEqual(16 + windowChunks + 4);
  });
});

describe('a table in memory', () => {
  let sides: Sides;
  beforeAll(async () => void (sides = await countedTransfer({ what: 'table', bytes, chunkBytes, windowBytes })));
  const batches = 31;
  /** Of a batch with 14 columns: written, framed and copied as it is read. */
  const metadataBytes = batches * 4096;

  it('is not copied by its owner', () => {
    expectNoCopy(sides.owner);
    expectTruth(sides.owner, metadataBytes);
  });

  it('is copied by its receiver once, into its batches', () => {
    // Memory for a batch grows in steps of 16 with what has come of it, and each copies what was there.
    const { receiver } = sides;
    const most = bytes * (1 + 1 / 15) + (receiver.received['chunk'] ?? 0) * readAheadBytes;
    expect(receiver.countedBytes).toBeLessThanOrEqual(most + messagesOf(receiver) * headBytes);
    expectTruth(receiver, metadataBytes);
  });

  it('costs its owner no buffer, and its receiver two for each batch', () => {
    expect(sides.owner.largeAllocations).toBeLessThanOrEqual(2);
    expect(sides.receiver.largeAllocations).toBeLessThanOrEqual(2 * batches + windowChunks + 4);
  });
});

describe('a thousand small objects', () => {
  const objects = 1000;
  const objectBytes = 1024;
  let sides: Sides;
  beforeAll(async () => {
    sides = await countedTransfer({ what: 'objects', bytes: objects * objectBytes, objects });
  });

  it('take six messages each', () => {
    // Pull, description, chunk and end, confirmation and its answer.
    for (const side of [sides.owner, sides.receiver]) expect(messagesOf(side)).toBeLessThanOrEqual(6 * objects + 4);
  });

  it('go together: at most one write for two objects, where each alone would take four of its owner and two of its receiver', () => {
    // 64 are asked for at once; how many of them meet in a turn of the event loop is the machine's.
    expect(sides.owner.socketWrites).toBeLessThanOrEqual(objects / 2);
    expect(sides.receiver.socketWrites).toBeLessThanOrEqual(objects / 2);
  });

  it('are copied once by their owner, to go together, and once by their receiver, out of what it read at once', () => {
    const { owner, receiver } = sides;
    expect(owner.countedBytes).toBeLessThanOrEqual(objects * objectBytes + messagesOf(owner) * headBytes);
    expect(receiver.countedBytes).toBeLessThanOrEqual(objects * objectBytes + messagesOf(receiver) * headBytes);
    for (const side of [owner, receiver]) expectTruth(side);
  });

  it('cost their owner no large buffer but for what goes together, and their receiver none', () => {
    const { owner, receiver } = sides;
    expect(owner.largeAllocations).toBeLessThanOrEqual(owner.socketWrites + 2);
    expect(receiver.largeAllocations).toBeLessThanOrEqual(2);
  });
});

describe('a budget of three chunks for four receivers', () => {
  it('is never passed, and used', async () => {
    const budgetBytes = 3 * chunkBytes;
    const { owner } = await countedFile('budget', { receivers: 4, budgetBytes });
    expect(owner.totalBytes).toBe(budgetBytes);
    expect(owner.peakBytes).toBeGreaterThan(chunkBytes);
    expect(owner.peakBytes).toBeLessThanOrEqual(budgetBytes);
    expectNoCopy(owner);
    expectTruth(owner);
    // What is held is in buffers of the budget's; the pool keeps eight, and each of the four links has a reader.
    expect(owner.largeAllocations).toBeLessThanOrEqual(8 + 4);
  });
});

describe('what is counted', () => {
  let known: Awaited<ReturnType<typeof knownCounts>>;
  beforeAll(async () => void (known = await knownCounts()));

  it('is every way to copy', () => {
    for (const { way, copiedBytes, copiedInLargeBytes } of known.copies)
      expect({ way, copiedBytes, copiedInLargeBytes }).toEqual({ way, copiedBytes: 8192, copiedInLargeBytes: 8192 });
  });

  it('is every way to allocate', () => {
    for (const { way, largeAllocations } of known.allocations)
      expect({ way, largeAllocations }).toEqual({ way, largeAllocations: 1 });
  });

  it('is every call that reads or writes', () => {
    const seen = known.calls.map(({ way, socketWrites, fileReads, fileWrites }) => [
      way,
      socketWrites,
      fileReads,
      fileWrites,
    ]);
    expect(seen).toEqual([
      ['socket', 1, 0, 0],
      ['read', 0, 1, 0],
      ['write', 0, 0, 1],
    ]);
  });
});
