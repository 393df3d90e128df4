import { execFileSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { startPull, startShare, testFolder } from './towline.ts';

const folder = testFolder();

function makeSparse(size = '8G'): string {
  const path = folder.in('large.bin');
  execFileSync('truncate', ['-s', size, path]);
  return path;
}

describe('Ctrl-C', () => {
  it('J4 on a receiver is 130, leaves nothing under a final name, and is not final: it may come again', async () => {
    const { owner, ticket } = await startShare([makeSparse('2G')]);
    const receiver = startPull(ticket, ['--out', folder.in('in')]);
    await receiver.underWay();
    receiver.process.kill('SIGINT');
    const { code, events } = await receiver.ended;
    expect(code).toBe(130);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'aborted' });
    const left = await readdir(folder.in('in'));
    expect(left).toEqual([expect.stringMatching(/^\.towline-.*\.name$/)]);
    await owner.event((event) => event.event === 'progress' && event['state'] === 'retrying');
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    const ended = await owner.ended;
    expect(ended.events.at(-1)).toMatchObject({ event: 'outcome', status: 'completed' });
    expect(ended.code).toBe(0);
  });

  it('J4 on the owner is 130, and the receiver is told: exit 1 without a retry', async () => {
    const { owner, ticket } = await startShare([makeSparse()]);
    const receiver = startPull(ticket, ['--out', folder.in('in')]);
    await receiver.underWay();
    owner.process.kill('SIGINT');
    const [served, pulled] = await Promise.all([owner.ended, receiver.ended]);
    expect(served.code).toBe(130);
    expect(served.events.at(-1)).toMatchObject({ event: 'outcome', status: 'aborted', end: 'deleted' });
    expect(pulled.code).toBe(1);
    expect(pulled.events.at(-1)).toMatchObject({ event: 'error', code: 'deleted' });
    expect(pulled.stderr).not.toContain('retry');
    expect(await readdir(folder.in('in'))).toEqual([]);
  });

  it('J4 before anybody came is 130', async () => {
    const { owner } = await startShare([makeSparse()]);
    owner.process.kill('SIGINT');
    expect(await owner.ended).toMatchObject({ code: 130 });
  });

  it('J4 twice ends at once, though a peer hangs', async () => {
    const { owner, ticket } = await startShare([makeSparse()]);
    const receiver = startPull(ticket, ['--out', folder.in('in')]);
    await receiver.underWay();
    receiver.process.kill('SIGSTOP');
    owner.process.kill('SIGINT');
    owner.process.kill('SIGTERM');
    expect(await owner.ended).toMatchObject({ code: 130 });
  });

  it('C1 J3 of --receivers any is 0 if nobody failed', async () => {
    await writeFile(folder.in('hello.txt'), 'hello\n');
    const { owner, ticket } = await startShare([folder.in('hello.txt'), '--receivers', 'any']);
    expect(await startPull(ticket, ['--out', folder.in('a')]).ended).toMatchObject({ code: 0 });
    expect(await startPull(ticket, ['--out', folder.in('b')]).ended).toMatchObject({ code: 0 });
    owner.process.kill('SIGINT');
    expect(await owner.ended).toMatchObject({ code: 0 });
  });
});
