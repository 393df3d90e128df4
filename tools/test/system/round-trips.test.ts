import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addFile, downloadFile } from '@towline/adapter-file';
import { DownloadService } from '@towline/downloader-core';
import { tcp, type TcpOptions } from '@towline/transport-tcp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Relay } from '../support/relay.ts';

const key = Buffer.alloc(32, 7);
const bytes = Buffer.from('towline '.repeat(1000));

/** How often the receiver has spoken, each time to an answer, when it has the first chunk of a file. */
async function flightsToFirstChunk(ours: Partial<TcpOptions>, theirs: Partial<TcpOptions>): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'towline-round-trips-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'source');
  await writeFile(path, bytes);
  const transport = await tcp({ endpointId: 'owner', listen: '127.0.0.1:0', ...ours });
  const relay = await Relay.to(Number(transport.addresses?.[0]?.split(':').at(-1)));
  const owner = new DownloadService({ transport });
  const receiver = new DownloadService({ transport: await tcp({ endpointId: 'receiver', ...theirs }) });
  onTestFinished(async () => {
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
    await relay.close();
  });
  const ref = await addFile(owner.newTransaction({ timeoutMs: 60_000, receiverCount: 1 }), path);
  let flights = Infinity;
  await downloadFile(
    receiver,
    { ...ref, addresses: [`127.0.0.1:${relay.port}`] },
    {
      directory,
      name: 'target',
      progressIntervalMs: 0,
      onProgress: ({ bytesDone }) => {
        if (bytesDone > 0) flights = Math.min(flights, relay.flights);
      },
    },
  );
  expect((await readFile(join(directory, 'target'))).equals(bytes)).toBe(true);
  return flights;
}

/*
 * On a long way each of these is a round trip. To connect is one more.
 */
describe('a file over TCP', () => {
  it('has its first chunk after one flight: who it is, greeting and pull', async () => {
    expect(await flightsToFirstChunk({}, {})).toBe(1);
  });

  it('has it after one more for the handshake, encrypted with a key', async () => {
    const psk = { identity: 'receiver', key };
    expect(await flightsToFirstChunk({ psk: { keys: () => ({ key }) } }, { psk })).toBe(2);
  });
});
