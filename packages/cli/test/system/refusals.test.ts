import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FileConsumer } from '@towline/adapter-file';
import { downloadObject, DownloadService, systemClock } from '@towline/downloader-core';
import { run } from '../../src/run.ts';
import { IndexConsumer } from '../../src/index-ref/index-consumer.ts';
import { refOf } from '../../src/pull/list-objects.ts';
import { processIo } from '../../src/process-io.ts';
import { tcpNetwork } from '../../src/net/tcp-network.ts';
import { formatTicket, parseTicket } from '../../src/ticket/encoding.ts';
import { startPull, startShare, testFolder, Towline } from './towline.ts';

const folder = testFolder();

async function makeFile(name = 'hello.txt'): Promise<string> {
  await writeFile(folder.in(name), 'hello\n');
  return folder.in(name);
}

describe('sources that cannot be shared', () => {
  it.each([
    ['a missing one', async () => [folder.in('none')], 'none'],
    [
      'two of one name',
      async () => {
        await mkdir(folder.in('sub'));
        return [await makeFile(), await makeFile('sub/hello.txt')];
      },
      'would both arrive',
    ],
    [
      'a FIFO',
      async () => {
        execFileSync('mkfifo', [folder.in('fifo')]);
        return [folder.in('fifo')];
      },
      'fifo',
    ],
    [
      'a FIFO in a folder',
      async () => {
        await mkdir(folder.in('tree'));
        execFileSync('mkfifo', [folder.in('tree', 'fifo')]);
        return [folder.in('tree')];
      },
      'fifo',
    ],
    ['a device', async () => ['/dev/null'], '/dev/null'],
    [
      'a link that leads out of its folder',
      async () => {
        await mkdir(folder.in('tree'));
        await symlink('../outside', folder.in('tree', 'link'));
        return [folder.in('tree')];
      },
      'link',
    ],
    [
      'any link with --symlinks refuse',
      async () => {
        await mkdir(folder.in('tree'));
        await symlink('x', folder.in('tree', 'link'));
        return [folder.in('tree'), '--symlinks', 'refuse'];
      },
      'link',
    ],
    ['a file that is not what --as says', async () => [await makeFile(), '--as', 'arrow'], 'hello.txt: '],
  ])('C1 C6 %s is exit 2 before any ticket', async (_what, prepare, said) => {
    const { code, stdout, stderr } = await new Towline(['share', ...(await prepare())]).ended;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(said);
  });
});

describe('tickets that do not open', () => {
  it('K1 a damaged one is exit 2 before anything is connected, and is an event with --json', async () => {
    const { owner, ticket } = await startShare([await makeFile()]);
    const end = ticket.endsWith('A') ? 'B' : 'A';
    const { code, events } = await startPull(ticket.slice(0, -1) + end, ['--out', folder.in('in')]).ended;
    expect(code).toBe(2);
    expect(events).toEqual([{ event: 'error', code: 'bad_ticket', message: expect.any(String) }]);
    await expect(readdir(folder.in('in'))).rejects.toThrow('ENOENT');
    expect(owner.said).not.toContain('active');
  });

  it('K1 a wrong key is exit 3', async () => {
    const { owner, ticket } = await startShare([await makeFile()]);
    const wrong = formatTicket({ ...parseTicket(ticket), key: new Uint8Array(randomBytes(32)) });
    const { code, events } = await startPull(wrong, ['--out', folder.in('in')]).ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'auth_failed' });
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    expect(await owner.ended).toMatchObject({ code: 0 });
  });

  it('K2 an unknown ticket looks like a wrong key', async () => {
    const { ticket } = await startShare([await makeFile()]);
    const unknown = formatTicket({ ...parseTicket(ticket), ticketId: new Uint8Array(randomBytes(16)) });
    const { code, events } = await startPull(unknown, ['--out', folder.in('in')]).ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'auth_failed' });
  });

  it('K4 one that has expired by the owner’s monotonic clock does not open', async () => {
    const source = await makeFile();
    const io = processIo();
    let skippedMs = 0;
    const clock = { ...io.clock, now: () => io.clock.now() + skippedMs };
    let said = '';
    const interrupts = new Set<() => void>();
    const owner = run(
      ['share', source, '--timeout', '1000000'],
      {
        ...io,
        clock,
        stdout: { ...io.stdout, isTTY: false, columns: 80, write: (text: string) => void (said += text) },
        stderr: { isTTY: false, columns: 80, write: () => {} },
        onInterrupt: (listener: () => void) => {
          interrupts.add(listener);
          return () => void interrupts.delete(listener);
        },
      },
      tcpNetwork,
    );
    await expect.poll(() => said).toContain('towline1');
    skippedMs = 24 * 60 * 60 * 1_000;
    const { code, events } = await startPull(said.trim(), ['--out', folder.in('in')]).ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'auth_failed' });
    for (const interrupt of interrupts) interrupt();
    expect(await owner).toBe(130);
  });
});

describe('names of receivers', () => {
  it('K3 with --to each has a ticket of its own, and is proven', async () => {
    const { owner, tickets } = await startShare([await makeFile(), '--to', 'a,b'], 2);
    const receivers = owner.events.map(({ receiver }) => receiver);
    expect(receivers).toEqual(['a', 'b']);
    const ends = await Promise.all(tickets.map((ticket, at) => startPull(ticket, ['--out', folder.in(`${at}`)]).ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const { code, events } = await owner.ended;
    expect(events.at(-1)).toMatchObject({
      receivers: [
        { receiverId: 'a', strength: 'proven' },
        { receiverId: 'b', strength: 'proven' },
      ],
    });
    expect(code).toBe(0);
  });

  it('K3 --name that differs from the ticket’s is exit 2', async () => {
    const { ticket } = await startShare([await makeFile(), '--to', 'a']);
    const { code, stderr } = await startPull(ticket, ['--name', 'b', '--out', folder.in('in')]).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('--name');
  });

  it('K3 two processes of one name at once: the second is told name_taken, exit 3', async () => {
    const { ticket } = await startShare([await makeSparse(), '--receivers', '2']);
    const first = startPull(ticket, ['--name', 'me', '--out', folder.in('one')]);
    await first.underWay();
    const { code, events } = await startPull(ticket, ['--name', 'me', '--out', folder.in('two')]).ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'name_taken' });
  });

  it('C1 one receiver too many is refused: full, exit 3', async () => {
    const { ticket } = await startShare([await makeSparse()]);
    await startPull(ticket, ['--name', 'a', '--out', folder.in('one')]).underWay();
    const { code, events } = await startPull(ticket, ['--name', 'b', '--out', folder.in('two')]).ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'full' });
  });
});

describe('a receiver that is started anew after the end', () => {
  it('B2 is told already_finished, exit 3, while the owner lingers', async () => {
    const { owner, ticket } = await startShare([await makeFile(), '--to', 'a', '--linger', '30']);
    const { service, pulled } = await pullAndStay(ticket);
    await pulled;
    await owner.event(({ event }) => event === 'outcome');
    const { code, events } = await startPull(ticket, ['--out', folder.in('in')]).ended;
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'already_finished' });
    await service.shutdown();
    expect(await owner.ended).toMatchObject({ code: 0 });
  });
});

/** Pulls everything of a ticket within this process, and stays connected. */
async function pullAndStay(text: string) {
  const ticket = parseTicket(text);
  const transport = await tcpNetwork.dial({ ticket, name: 'a', clock: systemClock });
  const service = new DownloadService({ transport });
  const pull = async (): Promise<void> => {
    const entries = await downloadObject(service, refOf(ticket, ticket.indexRefId), new IndexConsumer(async () => {}));
    for (const { refId } of entries) {
      await downloadObject(service, refOf(ticket, refId), new FileConsumer({ directory: folder.path, name: 'copy' }));
    }
  };
  return { service, pulled: pull() };
}

describe('targets', () => {
  it('C2 one that exists is exit 2 before any byte, and nothing final: with --overwrite it works', async () => {
    const { owner, ticket } = await startShare([await makeFile()]);
    await mkdir(folder.in('in'));
    await writeFile(folder.in('in', 'hello.txt'), 'mine');
    const { code, events } = await startPull(ticket, ['--out', folder.in('in')]).ended;
    expect(code).toBe(2);
    expect(events).toEqual([
      { event: 'error', code: 'target_exists', message: expect.stringContaining('--overwrite') },
    ]);
    expect(await readFile(folder.in('in', 'hello.txt'), 'utf8')).toBe('mine');
    expect(await startPull(ticket, ['--out', folder.in('in'), '--overwrite']).ended).toMatchObject({ code: 0 });
    expect(await readFile(folder.in('in', 'hello.txt'), 'utf8')).toBe('hello\n');
    expect(await owner.ended).toMatchObject({ code: 0 });
  });

  it('C2 --only takes what matches of files and folders, and the rest is a success of 0 bytes', async () => {
    await mkdir(folder.in('tree', 'a'), { recursive: true });
    await makeFile('tree/a/x.bin');
    await makeFile('tree/y.txt');
    const { owner, ticket } = await startShare([folder.in('tree'), await makeFile()]);
    const { code, events } = await startPull(ticket, ['--out', folder.in('in'), '--only', 'a/*']).ended;
    expect(code).toBe(0);
    const objects = events
      .filter(({ event }) => event === 'object')
      .toSorted((a, b) => (`${a['path']}` < `${b['path']}` ? -1 : 1));
    expect(objects).toEqual([
      { event: 'object', path: 'hello.txt', kind: 'file', bytes: 0, wireBytes: 0 },
      { event: 'object', path: 'tree', kind: 'folder', bytes: 6, wireBytes: 6, files: 1 },
    ]);
    expect((await readdir(folder.in('in'), { recursive: true })).toSorted()).toEqual([
      'tree',
      'tree/a',
      'tree/a/x.bin',
    ]);
    expect(await owner.ended).toMatchObject({ code: 0 });
  });

  it('C2 --only that matches nothing of the whole ticket is exit 2, and nothing final', async () => {
    await mkdir(folder.in('tree'));
    await makeFile('tree/y.txt');
    const { owner, ticket } = await startShare([folder.in('tree'), await makeFile()]);
    const { code, events } = await startPull(ticket, ['--out', folder.in('in'), '--only', '*.bin']).ended;
    expect(code).toBe(2);
    expect(events.filter(({ event }) => event === 'error')).toEqual([
      { event: 'error', code: 'nothing_selected', message: expect.any(String) },
    ]);
    expect(await startPull(ticket, ['--out', folder.in('in')]).ended).toMatchObject({ code: 0 });
    expect(await owner.ended).toMatchObject({ code: 0 });
  });
});

async function makeSparse(): Promise<string> {
  const path = folder.in('large.bin');
  execFileSync('truncate', ['-s', '8G', path]);
  return path;
}
