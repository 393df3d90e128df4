import { readdirSync, readFileSync } from 'node:fs';
import { temporaryFolders } from '@towline/conformance/files';
import { type ConsumeContext, DownloadService, loadHasher } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { addTensors, downloadTensors, StateDictConsumer, StateDictDownloadable } from '../../src/index.ts';
import { addCheckpoint, CheckpointConsumer, CheckpointDownloadable, downloadCheckpoint } from '../../src/node/index.ts';
import { readStateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { fixtureBytes, fixturePath, fixtures, fixturesPresent } from '../safetensors/support/fixtures.ts';
import { entry, file } from '../safetensors/support/files.ts';
import { dictOf, patternTensor } from '../support/dicts.ts';

const newFolder = temporaryFolders(afterEach);
const network = new MemoryNetwork();
const [owner, receiver] = ['owner', 'receiver'].map(
  (id) => new DownloadService({ transport: network.endpoint(id) }),
) as [DownloadService, DownloadService];
afterAll(() => Promise.all([owner.shutdown(), receiver.shutdown()]));

const context: ConsumeContext = { refId: 'R', ownerId: 'owner', signal: new AbortController().signal };

/** What an owner says whose file is these bytes, whatever they are: the header as it stands, and the size of the rest. */
async function claim(bytes: Uint8Array) {
  const honest = await (await StateDictDownloadable.open(dictOf({ a: patternTensor('U8', [1]) }))).describe();
  const length = bytes.byteLength < 8 ? 0n : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const headerBytes = Math.min(Number(length) + 8, bytes.byteLength);
  const body = bytes.subarray(0, headerBytes);
  const headerDigest = (await loadHasher()).checksum([body]);
  const dataBytes = bytes.byteLength - headerBytes;
  const files = [{ path: 'model.safetensors', headerBytes: Math.max(headerBytes, 8), dataBytes }];
  return { ...honest, totalBytes: dataBytes, fields: { ...honest.fields, files, headerDigest }, body };
}

// Shown as skipped where ../shared/fixtures is missing.
describe.runIf(fixturesPresent)('every fixture of ../shared/fixtures', () => {
  const mustRead = fixtures.filter(({ valid, policy }) => valid && policy === 'must');
  it.each(mustRead.map((fixture) => [fixture.file, fixture.canonical?.file] as const))(
    '%s arrives, and is then written as the reference writes it',
    async (name, canonicalName) => {
      const dict = readStateDict(fixtureBytes(`files/${name}`));
      const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
      const received = await downloadTensors(receiver, await addTensors(transaction, dict));
      const expected = canonicalName === undefined ? writeStateDict(dict) : fixtureBytes(canonicalName);
      expect(Buffer.from(writeStateDict(received)).equals(expected)).toBe(true);
      await transaction.complete();
    },
  );

  // Of what the reference takes and its README does not settle, these are refused here.
  const refusedHere = /^either-(?:dup-|info-as-array)/u;
  const readable = ({ valid, policy, file: name }: (typeof fixtures)[number]): boolean =>
    policy === 'must' ? valid : !refusedHere.test(name);

  it.each(fixtures.filter(readable).map(({ file: name }) => name))(
    '%s arrives on a disk byte for byte',
    async (name) => {
      const bytes = fixtureBytes(`files/${name}`);
      const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
      const ref = await addCheckpoint(transaction, fixturePath(`files/${name}`), { chunkBytes: 7 });
      const { path } = await downloadCheckpoint(receiver, ref, { directory: newFolder(), fsync: false });
      expect(readFileSync(path).equals(bytes)).toBe(true);
      await transaction.complete();
    },
  );

  it.each(fixtures.filter((fixture) => !readable(fixture)).map(({ file: name }) => name))(
    '%s is refused by its owner, before anybody is told of it',
    async (name) => {
      const opening = CheckpointDownloadable.open(fixturePath(`files/${name}`));
      await expect(opening).rejects.toMatchObject({ code: 'bad_checkpoint' });
      await expect(opening).rejects.toThrow(name);
    },
  );

  const mustRefuse = fixtures.filter(({ valid, policy }) => !valid && policy === 'must');
  it.each(mustRefuse.map(({ file: name, why }) => [name, why] as const))(
    '%s as an owner’s claim is refused before a byte of data is asked for: %s',
    async (name) => {
      const description = await claim(fixtureBytes(`files/${name}`));
      await expect(new StateDictConsumer().start(description, context)).rejects.toMatchObject({
        code: 'bad_description',
      });
    },
  );
});

describe('a hostile owner', () => {
  const refused = async (description: Awaited<ReturnType<typeof claim>>): Promise<void> => {
    await expect(new StateDictConsumer().start(description, context)).rejects.toMatchObject({
      code: 'bad_description',
    });
  };

  it('is refused when its totals, digest or number of tensors are not those of its header', async () => {
    const good = await claim(file(`{${entry('a', 'U8', '[4]', '[0,4]')}}`, 4));
    await expect(new StateDictConsumer().start({ ...good, totalItems: 1 }, context)).resolves.toBeUndefined();
    await refused({ ...good, totalItems: 2 });
    await refused({ ...good, totalItems: 1, totalBytes: 5 });
    await refused({ ...good, totalItems: 1, fields: { ...good.fields, headerDigest: new Uint8Array(8) } });
    await refused({ ...good, totalItems: 1, body: good.body.subarray(1) });
  });

  it('cannot have memory taken by a claim: a tensor of 2^50 bytes fails before anything is allocated', async () => {
    const bytes = 2 ** 50;
    const header = file(`{${entry('a', 'U8', `[${bytes}]`, `[0,${bytes}]`)}}`);
    const good = await claim(header);
    const files = [{ path: 'x', headerBytes: header.byteLength, dataBytes: bytes }];
    const huge = { ...good, totalItems: 1, totalBytes: bytes, fields: { ...good.fields, files } };
    await expect(new StateDictConsumer().start(huge, context)).rejects.toMatchObject({ code: 'tensor_too_large' });
    await refused(await claim(file(`{${entry('a', 'U8', `[${2n ** 60n}]`, `[0,${2n ** 60n}]`)}}`)));
  });

  const many = (count: number): Uint8Array =>
    file(`{${Array.from({ length: count }, (_, at) => entry(`n${at}`, 'U8', '[0]', '[0,0]')).join(',')}}`);

  it('may have 500,000 names, and all of them arrive', async () => {
    const description = await claim(many(500_000));
    const consumer = new StateDictConsumer();
    expect(await consumer.start({ ...description, totalItems: 0 }, context)).toBeUndefined();
    const { tensors } = await consumer.downloadCompleted();
    expect(tensors.size).toBe(500_000);
  });

  it('cannot claim more headers than bytes: the description is the limit, and one at the format’s limit is taken', async () => {
    const limit = Buffer.alloc(100_000_008, 0x20);
    limit.writeBigUInt64LE(100_000_000n);
    limit.write('{}', 8);
    const good = { ...(await claim(limit)), totalItems: 0 };
    expect(new StateDictConsumer().maxDescriptionBytes).toBe(100_000_008);
    await expect(new StateDictConsumer().start(good, context)).resolves.toBeUndefined();
    const files = [{ path: 'x', headerBytes: 2 ** 40, dataBytes: 0 }];
    await refused({ ...good, fields: { ...good.fields, files } });
  });

  it.each(['../x', '/etc/x', 'a/../../x', '__proto__/../..'])('has no file written at %s', async (path) => {
    const directory = newFolder();
    const good = await claim(file('{}'));
    const listed = [{ path, headerBytes: 10, dataBytes: 0 }];
    const folder = { ...good, name: 'f', totalItems: 0, fields: { ...good.fields, layout: 'folder', files: listed } };
    const consumer = new CheckpointConsumer({ directory });
    await expect(consumer.start(folder, context)).rejects.toMatchObject({ code: 'unsafe_name' });
    await consumer.downloadFailed();
    const others = [{ path, bytes: 0, executable: false }];
    const beside = { ...folder, fields: { ...good.fields, layout: 'folder', others } };
    await expect(new CheckpointConsumer({ directory }).start(beside, context)).rejects.toMatchObject({
      code: 'unsafe_name',
    });
    const links = [{ path: 'l', target: path }];
    const linked = { ...folder, fields: { ...good.fields, layout: 'folder', links } };
    await expect(new CheckpointConsumer({ directory }).start(linked, context)).rejects.toMatchObject({
      code: 'link_refused',
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('whose digests do not match what it sends is found out', async () => {
    const a = patternTensor('U8', [400]);
    const b = patternTensor('U8', [100], 5);
    const base = dictOf({ a, b });
    const object = await StateDictDownloadable.open(dictOf({ a: patternTensor('U8', [400], 9), b }));
    const produce = object.produce.bind(object);
    const transaction = owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 });
    // One byte of the first tensor’s digest: it travels, and is then not what the list says.
    object.produce = async (state, asked) => {
      const produced = await produce(state, asked);
      if (state !== undefined || produced.status !== 'ok') return produced;
      const [digests, ...rest] = produced.data as Uint8Array[];
      const wrong = Uint8Array.from(digests ?? [], (byte, at) => (at === 0 ? byte ^ 1 : byte));
      return { ...produced, data: [wrong, ...rest] };
    };
    const ref = transaction.addObject(object);
    await expect(downloadTensors(receiver, ref, { base })).rejects.toMatchObject({ code: 'integrity' });
    await transaction.complete();
  });
});
