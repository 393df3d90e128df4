import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { tensorFrom, writeStateDict } from '@towline/adapter-tensor/safetensors';
import { describe, expect, it } from 'vitest';
import { sha256, startPull, startShare, testFolder, Towline } from './towline.ts';

const folder = testFolder();

/** Bytes that differ everywhere. */
const values = (count: number, seed: number) => Float32Array.from({ length: count }, (_, at) => Math.sin(seed + at));

function layers(names: readonly string[], seed = 0): Uint8Array {
  const tensors = new Map(names.map((name, at) => [name, tensorFrom(values(50_000, seed + at), [500, 100])]));
  return writeStateDict({ tensors, metadata: new Map([['format', 'pt']]) });
}

const shards = ['m-00001-of-00002.safetensors', 'm-00002-of-00002.safetensors'] as const;
const index = 'm.safetensors.index.json';

/** A sharded checkpoint. `seed`: another one for the second shard, other values there. */
async function makeCheckpoint(name: string, seed = 0): Promise<string> {
  await mkdir(folder.in(name), { recursive: true });
  const names = [
    ['layers.0.a', 'layers.0.b'],
    ['layers.1.a', 'layers.1.b'],
  ] as const;
  await writeFile(folder.in(name, shards[0]), layers(names[0]));
  await writeFile(folder.in(name, shards[1]), layers(names[1], seed));
  const pairs = names.flatMap((inShard, at) => inShard.map((tensor) => [tensor, shards[at]]));
  await writeFile(folder.in(name, index), JSON.stringify({ weight_map: Object.fromEntries(pairs) }));
  await writeFile(folder.in(name, 'config.json'), '{}');
  return folder.in(name);
}

const objectOf = (events: readonly Record<string, unknown>[]) => events.find(({ event }) => event === 'object');

async function transfer(source: string, words: readonly string[] = []) {
  const { owner, ticket } = await startShare([source]);
  const received = await startPull(ticket, ['--out', folder.in('in'), ...words]).ended;
  return { received, code: (await owner.ended).code };
}

describe('checkpoints', () => {
  it('C4 a file arrives byte for byte, with its digest', async () => {
    await writeFile(folder.in('model.safetensors'), layers(['w']));
    const { received, code } = await transfer(folder.in('model.safetensors'), ['--digest', 'sha256']);
    const digest = await sha256(folder.in('model.safetensors'));
    expect([code, received.code]).toEqual([0, 0]);
    expect(await sha256(folder.in('in', 'model.safetensors'))).toBe(digest);
    expect(objectOf(received.events)).toMatchObject({ path: 'model.safetensors', kind: 'tensors', sha256: digest });
  });

  it('C4 a folder arrives with its index and other files; an index brings its shards into one folder', async () => {
    await makeCheckpoint('llama');
    const { owner, ticket } = await startShare([folder.in('llama'), folder.in('llama', index)]);
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    expect((await owner.ended).code).toBe(0);
    expect(await readdir(folder.in('in'))).toEqual(['llama', 'm']);
    expect(await readdir(folder.in('in', 'm'))).toEqual([...shards, index]);
    for (const name of await readdir(folder.in('llama')))
      expect(await sha256(folder.in('in', 'llama', name))).toBe(await sha256(folder.in('llama', name)));
  });

  it('C2 C4 --only brings a smaller checkpoint that inspect reads', async () => {
    await makeCheckpoint('llama');
    const { received } = await transfer(folder.in('llama'), ['--only', 'layers.1.*']);
    expect(received).toMatchObject({ code: 0 });
    expect(await readdir(folder.in('in', 'llama'))).toEqual(['config.json', shards[1], index]);
    const { stdout } = await new Towline(['inspect', folder.in('in', 'llama'), '--json', '--validate']).ended;
    const { tensors, kind } = JSON.parse(stdout) as { kind: string; tensors: { name: string }[] };
    expect([kind, ...tensors.map(({ name }) => name)]).toEqual(['tensors', 'layers.1.a', 'layers.1.b']);
  });

  it('C2 --only that matches no tensor is exit 2, and the ticket can be used again', async () => {
    await makeCheckpoint('llama');
    const { owner, ticket } = await startShare([folder.in('llama')]);
    expect((await startPull(ticket, ['--out', folder.in('in'), '--only', 'x*']).ended).code).toBe(2);
    expect((await startPull(ticket, ['--out', folder.in('in')]).ended).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
  });

  it('C2 --base may be the target with --overwrite: only what differs travels', async () => {
    await makeCheckpoint('in/llama');
    await makeCheckpoint('llama', 7);
    const { received } = await transfer(folder.in('llama'), ['--base', folder.in('in', 'llama'), '--overwrite']);
    expect(received).toMatchObject({ code: 0 });
    expect(objectOf(received.events)?.['wireBytes']).toBeLessThan(401_000);
    for (const name of await readdir(folder.in('llama')))
      expect(await sha256(folder.in('in', 'llama', name))).toBe(await sha256(folder.in('llama', name)));
  });

  it('C2 a --base that is no checkpoint is exit 2, and nothing final is told to the owner', async () => {
    await makeCheckpoint('llama');
    const { owner, ticket } = await startShare([folder.in('llama')]);
    await writeFile(folder.in('base.safetensors'), 'no header');
    for (const base of ['base.safetensors', 'missing']) {
      const refused = await startPull(ticket, ['--out', folder.in('in'), '--base', folder.in(base)]).ended;
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('no checkpoint') });
    }
    expect((await startPull(ticket, ['--out', folder.in('in')]).ended).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
  });

  it('C4 a file that the reader refuses is exit 2 before any ticket, and travels with --as file', async () => {
    await writeFile(folder.in('bad.safetensors'), Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x21]));
    const refused = await new Towline(['share', folder.in('bad.safetensors')]).ended;
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/bad\.safetensors: .*\(at byte 9\).*--as file/u);
    const { owner, ticket } = await startShare([folder.in('bad.safetensors'), '--as', 'file']);
    expect((await startPull(ticket, ['--out', folder.in('in')]).ended).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
  });
});

describe('inspect', () => {
  it('C3 J2 prints a table of tensors, or all of it as JSON', async () => {
    await writeFile(folder.in('m.safetensors'), layers(['w', 'bias']));
    const { stdout, code } = await new Towline(['inspect', folder.in('m.safetensors')]).ended;
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      'tensors 2',
      '  bias  F32  [500, 100]  195.3 KiB',
      '  w     F32  [500, 100]  195.3 KiB',
      'metadata',
      '  format: pt',
    ]);
    const json = await new Towline(['inspect', folder.in('m.safetensors'), '--json']).ended;
    expect(JSON.parse(json.stdout)).toEqual({
      kind: 'tensors',
      bytes: (await readFile(folder.in('m.safetensors'))).byteLength,
      tensors: [
        { name: 'bias', dtype: 'F32', shape: [500, 100], offsets: [0, 200_000] },
        { name: 'w', dtype: 'F32', shape: [500, 100], offsets: [200_000, 400_000] },
      ],
      metadata: { format: 'pt' },
    });
  });

  const fixtures = new URL('../../../../../shared/fixtures/safetensors/', import.meta.url);
  const present = existsSync(fixtures);
  interface Fixture {
    readonly file: string;
    readonly valid: boolean;
    readonly policy: string;
  }
  const read = (): Fixture[] => JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as Fixture[];

  // A process each would take minutes: the same function as the command's, in this one. Shown as skipped where they are missing.
  it.runIf(present)('C3 J3 has the verdict of every fixture, and says what and at which byte', async () => {
    const { inspect } = await import('../../src/inspect/inspect.ts');
    for (const { file, valid, policy } of read()) {
      if (policy === 'must') {
        let said = '';
        const write = (text: string): void => void (said += text);
        const io = { stdout: { write: () => {} }, stderr: { write } } as unknown as Parameters<typeof inspect>[1];
        const path = fileURLToPath(new URL(`files/${file}`, fixtures));
        const code = await inspect({ path, validate: true, json: true }, io);
        expect([file, code]).toEqual([file, valid ? 0 : 2]);
        if (!valid) expect([file, said.split('\n').length, said]).toEqual([file, 2, expect.stringContaining(file)]);
      }
    }
  });
});
