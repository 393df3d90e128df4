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
    await expect(kindOfPath(folder, 'file')).rejects.toMatchObject({ exitCode: 2 });
    await expect(kindOfPath(join(folder, 'none'))).rejects.toMatchObject({ code: 'bad_input' });
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
  const body = (value: unknown) => ({ body: new TextEncoder().encode(JSON.stringify(value)) });

  it('C2 is judged by the paths of its list', () => {
    const list = body({ v: 1, entries: [{ type: 'file', path: 'deep/a.bin' }] });
    expect(folderKind.selectsDescribed(list, ['deep/*'])).toBe(true);
    expect(folderKind.selectsDescribed(list, ['*.txt'])).toBe(false);
    expect(folderKind.selectsDescribed(body({ v: 1, entries: [] }), ['*'])).toBe(false);
  });

  it('C2 a list that cannot be read is left to the consumer to refuse', () => {
    expect(folderKind.selectsDescribed({}, ['a'])).toBe(true);
    expect(folderKind.selectsDescribed(body({ entries: 7 }), ['a'])).toBe(true);
    expect(folderKind.selectsDescribed({ body: Uint8Array.of(0xff) }, ['a'])).toBe(true);
  });
});
