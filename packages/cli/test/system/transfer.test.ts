import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sha256, startPull, startShare, testFolder, Towline } from './towline.ts';

const folder = testFolder();
const bytes = 20 * 1_024 * 1_024 + 7;

async function makeFile(name = 'model.bin', size = bytes): Promise<string> {
  const path = folder.in(name);
  await writeFile(path, randomBytes(size));
  return path;
}

async function makeTree(): Promise<string> {
  await mkdir(folder.in('tree', 'empty'), { recursive: true });
  await mkdir(folder.in('tree', 'deep', 'er'), { recursive: true });
  await writeFile(folder.in('tree', 'run.sh'), '#!/bin/sh\n');
  await chmod(folder.in('tree', 'run.sh'), 0o755);
  await writeFile(folder.in('tree', 'deep', 'er', 'data'), randomBytes(3_000_000));
  await writeFile(folder.in('tree', 'nothing'), '');
  await symlink('deep/er/data', folder.in('tree', 'link'));
  return folder.in('tree');
}

describe('share and pull in processes of their own', () => {
  it('C1 C2 a file arrives byte for byte, under its name, and both sides exit 0', async () => {
    const source = await makeFile();
    const { owner, ticket } = await startShare([source]);
    const received = await startPull(ticket, ['--out', folder.in('in'), '--digest', 'sha256']).ended;
    expect(received).toMatchObject({ code: 0 });
    expect(received.events.find(({ event }) => event === 'object')).toEqual({
      event: 'object',
      path: 'model.bin',
      kind: 'file',
      bytes,
      wireBytes: bytes,
      sha256: await sha256(source),
    });
    expect(await sha256(folder.in('in', 'model.bin'))).toBe(await sha256(source));
    expect(await readdir(folder.in('in'))).toEqual(['model.bin']);
    expect((await owner.ended).code).toBe(0);
  });

  it('C2 a folder arrives as DIR/NAME with its empty folders, rights and links', async () => {
    const { owner, ticket } = await startShare([await makeTree()]);
    const received = await startPull(ticket, ['--out', folder.in('in')]).ended;
    expect(received).toMatchObject({ code: 0 });
    expect(received.events.find(({ event }) => event === 'object')).toMatchObject({ path: 'tree', files: 3 });
    const [sent, arrived] = await Promise.all([
      readdir(folder.in('tree'), { recursive: true }),
      readdir(folder.in('in', 'tree'), { recursive: true }),
    ]);
    expect(new Set(arrived)).toEqual(new Set(sent));
    expect(await readdir(folder.in('in'))).toEqual(['tree']);
    expect((await stat(folder.in('in', 'tree', 'run.sh'))).mode & 0o111).toBe(0o111);
    expect(await sha256(folder.in('in', 'tree', 'link'))).toBe(await sha256(folder.in('tree', 'deep', 'er', 'data')));
    expect((await owner.ended).code).toBe(0);
  });

  it('C1 several paths go to three receivers, each with all of it', async () => {
    const sources = [await makeFile(), await makeFile('other.bin', 5_000_000), await makeTree()];
    const { owner, ticket } = await startShare([...sources, '--receivers', '3']);
    const ends = await Promise.all(
      ['a', 'b', 'c'].map((name) => startPull(ticket, ['--out', folder.in(name), '--name', name]).ended),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    for (const name of ['a', 'b', 'c']) {
      expect(await sha256(folder.in(name, 'model.bin'))).toBe(await sha256(folder.in('model.bin')));
      expect(await sha256(folder.in(name, 'other.bin'))).toBe(await sha256(folder.in('other.bin')));
    }
    const { code, events } = await owner.ended;
    expect(code).toBe(0);
    const outcome = events.at(-1) as unknown as { receivers: { receiverId: string; strength: string }[] };
    expect(outcome).toMatchObject({ event: 'outcome', status: 'completed', quorumMet: true, end: 'finished' });
    expect(outcome.receivers.map(({ receiverId }) => receiverId).toSorted()).toEqual(['a', 'b', 'c']);
    expect(outcome.receivers.every(({ strength }) => strength === 'vouched')).toBe(true);
  });

  it('C2 the ticket of a pipe is enough: share | pull -', async () => {
    await makeFile('hello.txt', 100);
    const owner = new Towline(['share', folder.in('hello.txt')]);
    const receiver = new Towline(['pull', '-', '--out', folder.in('in')]);
    owner.process.stdout?.pipe(receiver.process.stdin as NodeJS.WritableStream);
    expect(await receiver.ended).toMatchObject({ code: 0, stdout: folder.in('in', 'hello.txt') });
    expect(await owner.ended).toMatchObject({ code: 0 });
  });

  it('C2 the ticket may be in a file or in TOWLINE_TICKET, and a relative --out is of the current folder', async () => {
    const { ticket } = await startShare([await makeFile('hello.txt', 100), '--receivers', '2']);
    await writeFile(folder.in('ticket'), `${ticket}\n`, { mode: 0o600 });
    const one = new Towline(['pull', `@${folder.in('ticket')}`, '--out', 'x'], { cwd: folder.path });
    const other = new Towline(['pull', '--out', 'y'], { cwd: folder.path, env: { TOWLINE_TICKET: ticket } });
    expect(await one.ended).toMatchObject({ code: 0 });
    expect(await other.ended).toMatchObject({ code: 0 });
    expect(await readFile(folder.in('x', 'hello.txt'))).toEqual(await readFile(folder.in('y', 'hello.txt')));
  });

  it('C1 --quorum is met although one receiver never came', async () => {
    const words = ['--receivers', '2', '--quorum', '1', '--timeout', '1'];
    const { owner, ticket } = await startShare([await makeFile('hello.txt', 100), ...words]);
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    const { code, events } = await owner.ended;
    expect(events.at(-1)).toMatchObject({ event: 'outcome', quorumMet: true, status: 'failed' });
    expect(code).toBe(0);
  });

  it('C1 whoever never comes ends it by --timeout, exit 1', async () => {
    const { owner } = await startShare([await makeFile('hello.txt', 100), '--timeout', '0.2']);
    const { code, events } = await owner.ended;
    expect(events.at(-1)).toMatchObject({ event: 'outcome', status: 'failed', end: 'timeout' });
    expect(code).toBe(1);
  });

  it('C5 --listen 0.0.0.0 with --advertise says that address in the ticket, and is pulled from there', async () => {
    const words = ['--listen', '0.0.0.0:0', '--advertise', '127.0.0.1:0'];
    const { owner, ticket } = await startShare([await makeFile('hello.txt', 100), ...words]);
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    expect((await owner.ended).stderr).not.toContain('only this machine');
  });

  it('C5 on loopback it says that only this machine can pull, and which flag changes that', async () => {
    const owner = new Towline(['share', await makeFile('hello.txt', 100)]);
    expect(await owner.errorLine(/only this machine can pull/)).toContain('--listen');
  });

  it('K8 --insecure shares without a key on loopback', async () => {
    const { owner, ticket } = await startShare(['--insecure', await makeFile('hello.txt', 100)]);
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    const { code, events } = await owner.ended;
    expect(events.at(-1)).toMatchObject({ receivers: [{ strength: 'claimed' }] });
    expect(code).toBe(0);
  });
});
