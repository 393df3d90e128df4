import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensorFrom, writeStateDict, type StateDict } from '../../../src/safetensors/index.ts';
import { openCheckpoint, writeCheckpointFile } from '../../../src/safetensors/node/index.ts';
import { rejection } from '../support/files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function dictOf(...values: number[]): StateDict {
  return { tensors: new Map([['w', tensorFrom(Float32Array.from(values), [values.length])]]), metadata: new Map() };
}

describe('writeCheckpointFile', () => {
  it('W6 writes what writeStateDict gives, and leaves nothing else in the folder', async () => {
    const folder = await temporaryFolder();
    await writeCheckpointFile(join(folder, 'm.safetensors'), dictOf(1, 2));
    expect(await readdir(folder)).toEqual(['m.safetensors']);
    expect((await readFile(join(folder, 'm.safetensors'))).equals(writeStateDict(dictOf(1, 2)))).toBe(true);
  });

  it('W6 never truncates the file that it replaces: who has it open goes on reading it', async () => {
    const path = join(await temporaryFolder(), 'm.safetensors');
    await writeCheckpointFile(path, dictOf(1, 2));
    await using old = await openCheckpoint(path);
    await writeCheckpointFile(path, await old.readStateDict());
    await writeCheckpointFile(path, dictOf(3));
    expect((await old.readTensor('w')).data).toEqual(dictOf(1, 2).tensors.get('w')?.data);
    await using replaced = await openCheckpoint(path);
    expect(replaced.tensors.get('w')?.shape).toEqual([1]);
  });

  it('W6 leaves the old file and no other when it fails', async () => {
    const folder = await temporaryFolder({ 'm.safetensors': 'old' });
    const path = join(folder, 'm.safetensors');
    const reason = new Error('enough');
    await expect(writeCheckpointFile(path, dictOf(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const wrong = { tensors: new Map([['w', { dtype: 'F32', shape: [2], data: new Uint8Array(4) }]] as const) };
    expect((await rejection(writeCheckpointFile(path, wrong))).code).toBe('size_mismatch');
    expect(await readdir(folder)).toEqual(['m.safetensors']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('W6 cleans up when the last step fails', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'm.safetensors'));
    await writeFile(join(folder, 'm.safetensors', 'inside'), '');
    const error = await rejection(writeCheckpointFile(join(folder, 'm.safetensors'), dictOf(1)));
    expect(error).toMatchObject({ code: 'file_system', file: join(folder, 'm.safetensors') });
    expect(await readdir(folder)).toEqual(['m.safetensors']);
  });

  it('refuses a folder that does not exist', async () => {
    const path = join(await temporaryFolder(), 'none', 'm.safetensors');
    expect(await rejection(writeCheckpointFile(path, dictOf(1)))).toMatchObject({ code: 'not_found', file: path });
  });

  it('writes thousands of small tensors and one larger than a batch', async () => {
    const path = join(await temporaryFolder(), 'm.safetensors');
    const small = Array.from(
      { length: 3000 },
      (_, index) => [`s${index}`, tensorFrom(Uint16Array.of(index), [1])] as const,
    );
    const large = tensorFrom(
      Uint8Array.from({ length: 20_000_000 }, (_, index) => index * 7),
      [20_000_000],
    );
    const dict = { tensors: new Map([...small, ['large', large]]), metadata: new Map([['k', 'v']]) };
    await writeCheckpointFile(path, dict);
    expect((await readFile(path)).equals(writeStateDict(dict))).toBe(true);
  });
});

describe('the folder that was written to', () => {
  it('can be opened by name again', async () => {
    const folder = await temporaryFolder();
    await writeCheckpointFile(join(folder, 'm.safetensors'), dictOf(4));
    const handle = await open(folder, 'r');
    await handle.close();
    await using checkpoint = await openCheckpoint(folder);
    expect(checkpoint.files[0]?.name).toBe('m.safetensors');
  });
});
