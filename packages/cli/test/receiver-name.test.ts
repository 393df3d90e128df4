import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idProblem } from '@towline/downloader-core/spi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptReceiverName, nameFile } from '../src/pull/receiver-name.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-name-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the default name of a receiver', () => {
  it('K3 is the host’s name and 64 random bits', async () => {
    const { name } = await keptReceiverName(folder, 'T1', 'host-7');
    expect(name).toMatch(/^host-7-[0-9a-f]{16}$/);
  });

  it('K3 is the same when it is started again, for this transaction only', async () => {
    const { name } = await keptReceiverName(folder, 'T1', 'h');
    expect((await keptReceiverName(folder, 'T1', 'h')).name).toBe(name);
    expect((await keptReceiverName(folder, 'T2', 'h')).name).not.toBe(name);
  });

  it('K3 is kept in a file of mode 0600 that says nothing of the transaction', async () => {
    await keptReceiverName(folder, 'T-secret', 'h');
    expect((await stat(nameFile(folder, 'T-secret'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).join()).not.toContain('secret');
    expect(await readFile(nameFile(folder, 'T-secret'), 'utf8')).toMatch(/^[0-9a-f]{16}\n$/);
  });

  it('K3 is forgotten when it is not needed any more', async () => {
    const kept = await keptReceiverName(folder, 'T1', 'h');
    await kept.forget();
    await kept.forget();
    expect(await readdir(folder)).toEqual([]);
  });

  it('C2 the folder is made when it is missing', async () => {
    await keptReceiverName(join(folder, 'a', 'b'), 'T1', 'h');
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  });

  it('K3 is a good identity on a host of any name', async () => {
    for (const host of ['', ' ', 'ho\u0000st\n', 'ö'.repeat(200), '\ud800', '🚢'.repeat(40)]) {
      const { name } = await keptReceiverName(folder, 'T1', host);
      expect(idProblem(name)).toBeUndefined();
    }
  });

  it('K3 a file that holds no name, and a place that cannot be written, are errors that say where', async () => {
    await writeFile(nameFile(folder, 'T1'), 'x');
    await expect(keptReceiverName(folder, 'T1', 'h')).rejects.toThrow(nameFile(folder, 'T1'));
    await writeFile(join(folder, 'file'), '');
    await chmod(join(folder, 'file'), 0o600);
    const blocked = keptReceiverName(join(folder, 'file', 'in'), 'T1', 'h');
    await expect(blocked).rejects.toMatchObject({ code: 'output_failed', exitCode: 1 });
  });
});
