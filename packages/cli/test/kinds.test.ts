import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderKind } from '../src/kinds/folder.ts';
import { kindNamed, kindOfPath } from '../src/kinds/table.ts';
import { planTargets } from '../src/pull/targets.ts';
import { openSources, releaseSources } from '../src/share/open-sources.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-kinds-'));
  await writeFile(join(folder, 'a.bin'), 'hello');
});
afterEach(() => rm(folder, { recursive: true }));

const entry = { refId: 'R1', kind: 'file', name: 'a.bin', bytes: 5 };
const rules = { overwrite: false, only: [] };

describe('what a path is', () => {
  it('C4 a folder is a folder, anything else a file, and --as file says so', async () => {
    expect((await kindOfPath(folder)).kind).toBe('folder');
    expect((await kindOfPath(join(folder, 'a.bin'))).kind).toBe('file');
    expect((await kindOfPath(join(folder, 'a.bin'), 'file')).kind).toBe('file');
    expect((await kindOfPath(folder, 'file')).kind).toBe('folder');
    await expect(kindOfPath(folder, 'arrow')).rejects.toMatchObject({ exitCode: 2 });
    await expect(kindOfPath(join(folder, 'none'))).rejects.toMatchObject({ code: 'bad_input' });
  });

  it('C4 a safetensors file, its index, and a folder with one at its top are tensors, unless --as file', async () => {
    const checkpoint = join(folder, 'llama');
    await mkdir(join(checkpoint, 'deep'), { recursive: true });
    await writeFile(join(checkpoint, 'deep', 'x.safetensors'), '');
    expect((await kindOfPath(checkpoint)).kind).toBe('folder');
    await writeFile(join(checkpoint, 'x.safetensors'), '');
    await writeFile(join(checkpoint, 'x.safetensors.index.json'), '');
    for (const path of [checkpoint, join(checkpoint, 'x.safetensors'), join(checkpoint, 'x.safetensors.index.json')])
      expect((await kindOfPath(path)).kind).toBe('tensors');
    expect((await kindOfPath(checkpoint, 'file')).kind).toBe('folder');
    expect((await kindOfPath(join(checkpoint, 'x.safetensors'), 'file')).kind).toBe('file');
    expect((await kindOfPath(join(folder, 'a.bin'), 'tensors')).kind).toBe('tensors');
  });

  it('C4 a checkpoint that its reader refuses is bad input, with the hint --as file', async () => {
    const path = join(folder, 'x.safetensors');
    await writeFile(path, 'no header at all');
    const opening = openSources({ paths: [path], symlinks: 'keep' });
    await expect(opening).rejects.toMatchObject({ code: 'bad_input', exitCode: 2 });
    await expect(opening).rejects.toThrow(/x\.safetensors: .*--as file/u);
    await releaseSources(await openSources({ paths: [path], as: 'file', symlinks: 'keep' }));
  });

  it('C6 an index and something of the name that its folder gets are refused', async () => {
    await writeFile(join(folder, 'm.safetensors.index.json'), '{"weight_map":{}}');
    await writeFile(join(folder, 'm'), '');
    const paths = [join(folder, 'm.safetensors.index.json'), join(folder, 'm')];
    await expect(openSources({ paths, symlinks: 'keep' })).rejects.toThrow('would both arrive as m');
  });

  it('C1 all sources are opened, or none stays open', async () => {
    const opened = await openSources({ paths: [folder, join(folder, 'a.bin')], symlinks: 'keep' });
    expect(opened.map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['folder', 5],
      ['file', 5],
    ]);
    await releaseSources(opened);
    const failing = openSources({ paths: [join(folder, 'a.bin'), join(folder, 'none')], symlinks: 'keep' });
    await expect(failing).rejects.toMatchObject({ exitCode: 2 });
  });

  it('C6 two paths of one name are refused, also as . and with another normalisation', async () => {
    const refused = (...paths: string[]) =>
      expect(openSources({ paths, symlinks: 'keep' })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    await refused(join(folder, 'a.bin'), join(folder, 'sub', '..', 'a.bin'));
    await refused(join(folder, '\u00e9'), join(folder, 'sub', 'e\u0301'));
    await refused('/');
  });

  it('C6 links are kept, or refused by --symlinks refuse', async () => {
    await symlink('a.bin', join(folder, 'link'));
    await releaseSources(await openSources({ paths: [folder], symlinks: 'keep' }));
    await expect(openSources({ paths: [folder], symlinks: 'refuse' })).rejects.toMatchObject({ code: 'link_refused' });
  });
});

describe('what would be written', () => {
  it('C2 is nothing over what is there', async () => {
    await expect(planTargets([entry], { ...rules, directory: folder })).rejects.toMatchObject({
      code: 'target_exists',
    });
    expect(await planTargets([entry], { ...rules, directory: folder, overwrite: true })).toHaveLength(1);
    await mkdir(join(folder, 'in'));
    expect(await planTargets([entry], { ...rules, directory: join(folder, 'in') })).toHaveLength(1);
  });

  it('C2 a link that leads nowhere is there, too', async () => {
    await mkdir(join(folder, 'in'));
    await symlink('nowhere', join(folder, 'in', 'a.bin'));
    const planned = planTargets([entry], { ...rules, directory: join(folder, 'in') });
    await expect(planned).rejects.toMatchObject({ code: 'target_exists' });
  });

  it('C2 what is not selected is in nobody’s way', async () => {
    const entries = [entry, { ...entry, refId: 'R2', name: 'b.bin' }];
    const planned = await planTargets(entries, { directory: folder, overwrite: false, only: ['b*'] });
    expect(planned).toHaveLength(2);
    const none = planTargets(entries, { directory: folder, overwrite: false, only: ['c*'] });
    await expect(none).rejects.toMatchObject({ code: 'nothing_selected', exitCode: 2 });
  });

  it.each(['..', '.', 'a/b', '/etc', 'a\0b', 'x'.repeat(300)])('C2 the name %j of a peer is refused', async (name) => {
    const planned = planTargets([{ ...entry, name }], { ...rules, directory: folder });
    await expect(planned).rejects.toMatchObject({ code: 'bad_listing', exitCode: 1 });
  });

  it('C2 two objects of one name, and a kind of a newer version, are refused', async () => {
    const twice = planTargets([entry, { ...entry, refId: 'R2' }], { ...rules, directory: folder });
    await expect(twice).rejects.toThrow('two of the owner');
    const newer = planTargets([{ ...entry, kind: 'hologram' }], { ...rules, directory: folder });
    await expect(newer).rejects.toThrow('hologram');
    expect(kindNamed('hologram')).toBeUndefined();
  });
});

describe('--only on a folder', () => {
  const file = (path: string) => ({ type: 'file', path, size: 0, executable: false, mtimeMs: 0 });
  const described = (value: unknown) => ({
    kind: 'folder',
    name: 'f',
    totalBytes: 0,
    body: new TextEncoder().encode(JSON.stringify(value)),
  });

  it('C2 is judged by the paths of its list', () => {
    const entries = [{ type: 'folder', path: 'deep', mtimeMs: 0 }, file('deep/a.bin')];
    const list = described({ v: 1, entries });
    expect(folderKind.selectsDescribed(list, ['deep/*'])).toBe(true);
    expect(folderKind.selectsDescribed(list, ['*.txt'])).toBe(false);
    expect(folderKind.selectsDescribed(described({ v: 1, entries: [] }), ['*'])).toBe(false);
  });

  it('C2 a list that cannot be read is left to the consumer to refuse', () => {
    expect(folderKind.selectsDescribed({}, ['a'])).toBe(true);
    expect(folderKind.selectsDescribed(described({ entries: 7 }), ['a'])).toBe(true);
    expect(folderKind.selectsDescribed({ ...described({}), body: Uint8Array.of(0xff) }, ['a'])).toBe(true);
  });
});
