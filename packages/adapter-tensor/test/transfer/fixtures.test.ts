import { type ConsumeContext, DownloadService, loadHasher } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { afterAll, describe, expect, it } from 'vitest';
import { addTensors, downloadTensors, StateDictConsumer, StateDictDownloadable } from '../../src/index.ts';
import { readStateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { fixtureBytes, fixtures, fixturesPresent } from '../safetensors/support/fixtures.ts';
import { entry, file } from '../safetensors/support/files.ts';
import { dictOf, patternTensor } from '../support/dicts.ts';

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
});
