import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shareWithOne, transferUnderFaults } from '@towline/conformance/faults';
import { emptiedAfterFirstChunk, ScenarioFolders } from '@towline/conformance/files';
import { downloadObject } from '@towline/downloader-core';
import { expect, it, onTestFinished } from 'vitest';
import { ByteLists, ByteListsConsumer } from './support/byte-lists.ts';
import { ForwardOnly } from './support/broken-sources.ts';

const items = Array.from({ length: 30 }, (_, at) => new Uint8Array(50).fill(at));
const seeds = Array.from({ length: 10 }, (_, at) => at + 1);
const under = (seed: number, Source: typeof ByteLists) =>
  transferUnderFaults(
    (transaction) => transaction.addObject(new Source(items, 100)),
    new ByteListsConsumer(new Set()),
    {
      seed,
      heat: 0.05,
      windowBytes: 300,
    },
  );

it('L2 under faults what is sound arrives, and what cannot go back does not', async () => {
  for (const seed of seeds) expect(await under(seed, ByteLists)).toEqual(items);
  const ends = await Promise.allSettled(seeds.map((seed) => under(seed, ForwardOnly)));
  expect(ends.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
});

it('an object is shared with one receiver until the test ends', async () => {
  const add = shareWithOne((transaction) => transaction.addObject(new ByteLists(items)), onTestFinished);
  const { ref, receiver, travelled } = await add;
  expect(await downloadObject(receiver, ref, new ByteListsConsumer(new Set()))).toEqual(items);
  expect(await travelled()).toBe(1500);
});

it('folders of a scenario tell what is left in a target, and go', () => {
  const folders = new ScenarioFolders();
  writeFileSync(join(folders.make(), 'source'), 'x');
  const target = folders.target();
  folders.verifyNothingLeft();
  writeFileSync(join(target, 'half'), 'x');
  expect(() => folders.verifyNothingLeft()).toThrow('left half');
  folders.clean();
  folders.verifyNothingLeft();
  expect(() => writeFileSync(join(target, 'half'), 'x')).toThrow('ENOENT');
});

it('a source is emptied once its first chunk was read', async () => {
  const folders = new ScenarioFolders();
  onTestFinished(() => folders.clean());
  const path = join(folders.make(), 'missing');
  const object = emptiedAfterFirstChunk(new ByteLists(items), path);
  const context = { request: undefined, receiverId: 'a', signal: new AbortController().signal };
  await expect(object.produce(undefined, context)).rejects.toThrow('ENOENT');
  writeFileSync(path, 'x');
  expect(await object.produce(undefined, context)).toMatchObject({ status: 'ok' });
});
