import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSafetensorsError, tensorFrom, writeStateDict, type Tensor } from '../../../src/safetensors/index.ts';
import { openCheckpoint, type Checkpoint } from '../../../src/safetensors/node/index.ts';
import { entry, file, rejection } from '../support/files.ts';
import { fixturePath, fixtures, fixturesPresent } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const floats = tensorFrom(Float32Array.of(0, 1, 2, 3, 4, 5), [3, 2]);
const bytes = tensorFrom(Uint8Array.of(7, 8, 9), [3]);

function modelFile(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return writeStateDict({ tensors: new Map(Object.entries(tensors)), metadata: new Map(Object.entries(metadata)) });
}

function index(weightMap: unknown): string {
  return JSON.stringify({ metadata: { total_size: 27 }, weight_map: weightMap });
}

/** Two shards, the index of both, and a file that does not belong to them. */
const sharded = {
  'model-1.safetensors': modelFile({ 'a.w': floats }, { format: 'pt', first: '1' }),
  'model-2.safetensors': modelFile({ 'b.w': bytes }, { format: 'np' }),
  'model.safetensors.index.json': index({ 'b.w': 'model-2.safetensors', 'a.w': 'model-1.safetensors' }),
  'consolidated.safetensors': modelFile({ other: bytes }),
};

async function using<T>(path: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(path);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

async function expectRefused(path: string, code: string, message = ''): Promise<void> {
  const error = await rejection(openCheckpoint(path));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
}

/** The file that an error about a path names; nothing when it can be opened. */
async function failedFile(path: string): Promise<string | undefined> {
  try {
    await (await openCheckpoint(path)).close();
    return undefined;
  } catch (error) {
    if (!isSafetensorsError(error)) throw error;
    return error.file;
  }
}

describe('a single file', () => {
  it('is opened by its path or by the folder that holds it alone', async () => {
    const folder = await temporaryFolder({
      'model.safetensors': modelFile({ 'a.w': floats }, { k: 'v' }),
      'config.json': '{}',
    });
    for (const path of [folder, join(folder, 'model.safetensors')]) {
      await using(path, async (checkpoint) => {
        expect(checkpoint).toMatchObject({ path: join(folder, 'model.safetensors'), sharded: false });
        expect([...checkpoint.metadata]).toEqual([['k', 'v']]);
        expect(await checkpoint.readTensor('a.w')).toEqual(floats);
      });
    }
  });

  it('need not be called *.safetensors', async () => {
    const folder = await temporaryFolder({ weights: modelFile({ 'a.w': floats }) });
    await using(join(folder, 'weights'), async ({ tensors }) => expect([...tensors.keys()]).toEqual(['a.w']));
  });

  it.each([
    ['too short', new Uint8Array(3), 'file_too_small'],
    ['empty', new Uint8Array(), 'file_too_small'],
    ['of another kind', new TextEncoder().encode('%PDF-1.7 and so on'), 'header_too_large'],
    ['cut off', file(`{${entry('a', 'U8', '[4]', '[0,4]')}}`, 3), 'data_missing'],
  ])('that is %s is refused by name', async (_what, content, code) => {
    const folder = await temporaryFolder({ 'm.safetensors': content });
    const error = await rejection(openCheckpoint(join(folder, 'm.safetensors')));
    expect(error).toMatchObject({ code, file: join(folder, 'm.safetensors') });
    expect(error.message.startsWith(`${error.file ?? '-'}: `)).toBe(true);
  });

  it('that does not exist is refused', async () => {
    const folder = await temporaryFolder();
    await expectRefused(join(folder, 'none.safetensors'), 'not_found');
  });

  it.skipIf(process.platform === 'win32')('that is a named pipe or a device is refused without waiting', async () => {
    const folder = await temporaryFolder();
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe.safetensors')]);
    await expectRefused(join(folder, 'pipe.safetensors'), 'not_a_checkpoint');
    await expectRefused('/dev/zero', 'not_a_checkpoint');
  });
});

describe.runIf(fixturesPresent)('every fixture of ../shared/fixtures', () => {
  const must = fixtures.filter(({ policy }) => policy === 'must');
  it.each(must.map((fixture) => [fixture.rule, fixture.file, fixture] as const))(
    '%s %s',
    async (_rule, name, { valid }) => {
      const path = fixturePath(`files/${name}`);
      expect(await failedFile(path)).toBe(valid ? undefined : path);
    },
  );
});

describe('a sharded checkpoint', () => {
  it('is opened by its index or by the folder that holds it', async () => {
    const folder = await temporaryFolder(sharded);
    for (const path of [folder, join(folder, 'model.safetensors.index.json')]) {
      await using(path, async (checkpoint) => {
        expect(checkpoint.sharded).toBe(true);
        expect(checkpoint.files.map(({ name }) => name)).toEqual(['model-1.safetensors', 'model-2.safetensors']);
        expect([...checkpoint.tensors.keys()]).toEqual(['a.w', 'b.w']);
        expect(checkpoint.metadata).toEqual(
          new Map([
            ['format', 'pt'],
            ['first', '1'],
          ]),
        );
        expect(await checkpoint.readTensor('b.w')).toEqual(bytes);
      });
    }
  });

  it('may have shards that are links to files elsewhere', async () => {
    const folder = await temporaryFolder(sharded);
    await mkdir(join(folder, 'blobs'));
    await rename(join(folder, 'model-1.safetensors'), join(folder, 'blobs', '1234'));
    await symlink(join('blobs', '1234'), join(folder, 'model-1.safetensors'));
    await using(folder, async (checkpoint) => expect(await checkpoint.readTensor('a.w')).toEqual(floats));
  });

  it('with a missing shard is refused', async () => {
    const folder = await temporaryFolder(sharded);
    await unlink(join(folder, 'model-2.safetensors'));
    await expectRefused(folder, 'shard_missing', 'model-2.safetensors');
  });

  it('with a bad shard is refused with the shard’s name and the byte', async () => {
    const folder = await temporaryFolder({ ...sharded, 'model-2.safetensors': file('{"a":[]}') });
    const error = await rejection(openCheckpoint(folder));
    expect(error).toMatchObject({ code: 'wrong_type', file: join(folder, 'model-2.safetensors'), offset: 13 });
  });

  it.each([
    '../x.safetensors',
    '/etc/passwd',
    'sub/x.safetensors',
    '..',
    '.',
    '',
    'C:x',
    'a\\b',
    'a\u0000b',
    'x:stream',
  ])('whose index names the shard %j is refused before anything is opened', async (shard) => {
    const folder = await temporaryFolder({ 'x.safetensors.index.json': index({ a: shard }) });
    await expectRefused(folder, 'shard_outside', 'x.safetensors.index.json');
  });

  it.each([
    [
      'a tensor that its shard does not hold',
      { 'a.w': 'model-1.safetensors', 'b.w': 'model-2.safetensors', c: 'model-2.safetensors' },
      '"c"',
    ],
    ['the wrong shard', { 'a.w': 'model-2.safetensors', 'b.w': 'model-2.safetensors' }, '"a.w"'],
    [
      'fewer tensors than its shards hold',
      { 'a.w': 'model-1.safetensors', 'b.w': 'consolidated.safetensors', other: 'consolidated.safetensors' },
      '"b.w"',
    ],
    ['a tensor under another name', { 'a.x': 'model-1.safetensors' }, '"a.w"'],
  ])('whose index names %s is refused', async (_what, weightMap, tensor) => {
    const folder = await temporaryFolder({ ...sharded, 'model.safetensors.index.json': index(weightMap) });
    await expectRefused(folder, 'index_mismatch', tensor);
  });

  it.each([
    ['is empty', '', 0],
    ['is no object', '[]', 0],
    ['has no weight_map', '{"metadata":{}}', 0],
    ['has two', '{"weight_map":{},"weight_map":{}}', 17],
    ['names a tensor twice', '{"weight_map":{"a":"x","a":"x"}}', 23],
    ['gives something else than a name', '{"weight_map":{"a":1}}', 19],
    ['is followed by something', '{"weight_map":{}}x', 17],
    ['is cut off', '{"weight_map":{"a":"x', 19],
  ])('whose index %s is refused with the byte', async (_what, text, offset) => {
    const folder = await temporaryFolder({ 'm.safetensors.index.json': text });
    const error = await rejection(openCheckpoint(folder));
    expect(error).toMatchObject({ code: 'invalid_index', offset, file: join(folder, 'm.safetensors.index.json') });
  });

  it('takes names of tensors for text', async () => {
    const folder = await temporaryFolder({
      's.safetensors': file(`{${entry('__proto__', 'U8', '[1]', '[0,1]')}}`, 1),
      'm.safetensors.index.json': '{"weight_map":{"__proto__":"s.safetensors"},"__proto__":{"a":[]}}',
    });
    await using(folder, async ({ tensors }) => expect([...tensors.keys()]).toEqual(['__proto__']));
  });
});

describe('a folder', () => {
  it('without a checkpoint, or with several, is refused', async () => {
    const folder = await temporaryFolder({ 'config.json': '{}', '._model.safetensors': 'x' });
    await expectRefused(folder, 'not_a_checkpoint');
    await writeFile(join(folder, 'a.safetensors'), '');
    await writeFile(join(folder, 'b.safetensors'), '');
    await expectRefused(folder, 'ambiguous_checkpoint', 'a.safetensors, b.safetensors');
    await writeFile(join(folder, 'a.safetensors.index.json'), '');
    await writeFile(join(folder, 'b.safetensors.index.json'), '');
    await expectRefused(folder, 'ambiguous_checkpoint', 'a.safetensors.index.json');
  });
});

describe('opening and closing', () => {
  it('stops by a signal', async () => {
    const folder = await temporaryFolder(sharded);
    const reason = new Error('enough');
    await expect(openCheckpoint(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('closed twice is closed; what is asked of it then is refused', async () => {
    const checkpoint = await openCheckpoint(await temporaryFolder(sharded));
    await checkpoint.close();
    await checkpoint[Symbol.asyncDispose]();
    expect((await rejection(checkpoint.readTensor('a.w'))).code).toBe('closed');
  });

  it('a file that was cut off after it was opened is noticed', async () => {
    const folder = await temporaryFolder({ 'm.safetensors': modelFile({ 'a.w': floats }) });
    await using(folder, async (checkpoint) => {
      await truncate(join(folder, 'm.safetensors'), (checkpoint.files[0]?.fileBytes ?? 0) - 1);
      const error = await rejection(checkpoint.readTensor('a.w'));
      expect(error).toMatchObject({ code: 'file_changed', file: join(folder, 'm.safetensors') });
    });
  });
});
