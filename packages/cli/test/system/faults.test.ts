import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startPull, startShare, testFolder } from './towline.ts';

const folder = testFolder();
const mounted: string[] = [];

afterEach(() => {
  for (const path of mounted.splice(0)) execFileSync('umount', [path]);
});

/** A large file that takes no room: long enough that a transfer is under way when a test wants it to be. */
function makeSparse(size = '8G'): string {
  const path = folder.in('large.bin');
  execFileSync('truncate', ['-s', size, path]);
  return path;
}

async function mountTmpfs(name: string, options: string): Promise<string> {
  const path = folder.in(name);
  await mkdir(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  mounted.push(path);
  return path;
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Where nothing can be mounted these are skipped, visibly; in CI they then run and fail.
const noMounts = !canMount() && !process.env['CI'];

describe('processes that die', () => {
  it('a receiver that is killed has failed, and the others have everything', async () => {
    const { owner, ticket } = await startShare([makeSparse('2G'), '--receivers', '2', '--timeout', '3']);
    const dying = startPull(ticket, ['--name', 'dying', '--out', folder.in('a')]);
    const living = startPull(ticket, ['--name', 'living', '--out', folder.in('b')]);
    await dying.underWay();
    dying.process.kill('SIGKILL');
    expect(await living.ended).toMatchObject({ code: 0 });
    const { code, events } = await owner.ended;
    const outcome = events.at(-1) as unknown as { receivers: { receiverId: string; status: string }[] };
    const statuses = Object.fromEntries(outcome.receivers.map(({ receiverId, status }) => [receiverId, status]));
    expect(statuses).toEqual({ dying: 'failed', living: 'success' });
    expect(code).toBe(1);
    expect(await readdir(folder.in('b'))).toEqual(['large.bin']);
    expect(await readdir(folder.in('a'))).not.toContain('large.bin');
  });

  it('J3 an owner that is killed: receivers give up after their retries, exit 3', async () => {
    const { owner, ticket } = await startShare([makeSparse()]);
    const receiver = startPull(ticket, ['--out', folder.in('in')]);
    await receiver.underWay();
    owner.process.kill('SIGKILL');
    const { code, events, stderr } = await receiver.ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', message: expect.stringContaining('large.bin') });
    expect(stderr).toMatch(/retry 1 of 3/);
    expect(await readdir(folder.in('in'))).not.toContain('large.bin');
  });
});

describe('sources that change', () => {
  it('C6 is exit 1 on both sides, and both name the file', async () => {
    const source = makeSparse();
    const { owner, ticket } = await startShare([source]);
    const receiver = startPull(ticket, ['--out', folder.in('in')]);
    await receiver.underWay();
    await appendFile(source, 'x');
    const [served, pulled] = await Promise.all([owner.ended, receiver.ended]);
    expect(pulled.code).toBe(1);
    expect(served.code).toBe(1);
    for (const { events } of [served, pulled]) {
      expect(events.find(({ event }) => event === 'error')).toMatchObject({
        code: 'source_changed',
        message: expect.stringContaining('large.bin'),
      });
    }
    expect(await readdir(folder.in('in'))).toEqual([]);
  });

  it('C6 in a folder the file is named, too', async () => {
    await mkdir(folder.in('tree'));
    await writeFile(folder.in('tree', 'small'), 'x');
    execFileSync('truncate', ['-s', '8G', folder.in('tree', 'large.bin')]);
    const { owner, ticket } = await startShare([folder.in('tree')]);
    const receiver = startPull(ticket, ['--out', folder.in('in')]);
    await receiver.underWay();
    execFileSync('truncate', ['-s', '1G', folder.in('tree', 'large.bin')]);
    const ends = await Promise.all([owner.ended, receiver.ended]);
    for (const { code, events } of ends) {
      expect(code).toBe(1);
      expect(events.find(({ event }) => event === 'error')).toMatchObject({
        message: expect.stringContaining('large.bin'),
      });
    }
  });
});

describe('disks of receivers', () => {
  it.skipIf(noMounts)('J3 a folder that is read-only is exit 1 and says so', async () => {
    await writeFile(folder.in('hello.txt'), 'hello\n');
    const { ticket } = await startShare([folder.in('hello.txt')]);
    const target = await mountTmpfs('target', 'ro,size=1m');
    for (const words of [[], ['--name', 'me']]) {
      const { code, stderr } = await startPull(ticket, ['--out', target, ...words]).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/read-only/i);
    }
  });

  it.skipIf(noMounts)('J3 one that is too small is exit 1 before bytes are pulled', async () => {
    const { owner, ticket } = await startShare([makeSparse()]);
    const { code, events } = await startPull(ticket, ['--out', await mountTmpfs('target', 'size=4m')]).ended;
    expect(code).toBe(1);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'no_space' });
    expect(await owner.ended).toMatchObject({ code: 1 });
    expect(await readdir(folder.in('target'))).toEqual([]);
  });

  it.skipIf(noMounts)('J3 one that fills up in the middle is exit 1 and leaves nothing unfinished behind', async () => {
    for (const name of ['a.bin', 'b.bin']) {
      execFileSync('dd', ['if=/dev/urandom', `of=${folder.in(name)}`, 'bs=1M', 'count=24'], { stdio: 'ignore' });
    }
    // Each alone has room.
    const target = await mountTmpfs('target', 'size=32m');
    const { owner, ticket } = await startShare([folder.in('a.bin'), folder.in('b.bin')]);
    const { code, events } = await startPull(ticket, ['--out', target]).ended;
    expect(code).toBe(1);
    const errors = events.filter(({ event }) => event === 'error').map((event) => event['code']);
    expect(new Set(errors)).toEqual(new Set(['no_space']));
    const arrived = events.filter(({ event }) => event === 'object').map(({ path }) => path);
    expect(arrived.length + errors.length).toBe(2);
    expect(await readdir(target)).toEqual(arrived);
    expect(await owner.ended).toMatchObject({ code: 1 });
  });
});
