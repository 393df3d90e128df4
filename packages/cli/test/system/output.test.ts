import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mainPath, startPull, startShare, testFolder, Towline } from './towline.ts';

const folder = testFolder();
const ticketPattern = /^towline1[A-Za-z0-9_-]+$/;

async function makeFile(name = 'hello.txt'): Promise<string> {
  await writeFile(folder.in(name), 'hello\n');
  return folder.in(name);
}

describe('what is printed', () => {
  it('J1 standard output is the tickets of share and the paths of pull, one a line, and nothing else', async () => {
    const sources = [await makeFile('a.txt'), await makeFile('b.txt')];
    const owner = new Towline(['share', ...sources, '--to', 'x,y']);
    await owner.errorLine(/receivers run: towline pull -/);
    const pull = async (ticket: string, out: string): Promise<string[]> => {
      const receiver = new Towline(['pull', '-', '--out', folder.in(out)]);
      receiver.process.stdin?.end(`${ticket}\n`);
      return (await receiver.ended).stdout.split('\n').toSorted();
    };
    await owner.line(ticketPattern);
    await expect.poll(() => owner.said.match(/^towline1.*$/gm)).toHaveLength(2);
    const [x = '', y = ''] = owner.said.match(/^towline1.*$/gm) ?? [];
    expect(await pull(x, 'x')).toEqual([folder.in('x', 'a.txt'), folder.in('x', 'b.txt')]);
    expect(await pull(y, 'y')).toEqual([folder.in('y', 'a.txt'), folder.in('y', 'b.txt')]);
    expect((await owner.ended).stdout.split('\n')).toEqual([x, y]);
  });

  it('J1 standard error has one line per event, and with --quiet errors only', async () => {
    const { owner, ticket } = await startShare([await makeFile(), '--quiet', '--receivers', '2']);
    const said = new Towline(['pull', `@${await ticketFile(ticket)}`, '--out', folder.in('a')]);
    expect((await said.ended).stderr).toMatch(/^hello.txt {2}completed {2}6 B of 6 B 100%/m);
    const quiet = new Towline(['pull', `@${await ticketFile(ticket)}`, '--out', folder.in('b'), '--quiet']);
    expect((await quiet.ended).stderr).toBe('');
    expect((await owner.ended).stderr).toBe('');
    const wrong = new Towline(['pull', '@/dev/null', '--quiet']);
    expect((await wrong.ended).stderr).toContain('no ticket');
  });

  it('J2 --json is one object a line: first the tickets, last the outcome, or done', async () => {
    const { owner, ticket } = await startShare([await makeFile()]);
    const receiver = await startPull(ticket, ['--out', folder.in('in')]).ended;
    const owned = await owner.ended;
    expect(owned.events).toHaveLength(owned.stdout.split('\n').length);
    expect(receiver.events).toHaveLength(receiver.stdout.split('\n').length);
    expect(owned.events[0]).toEqual({ event: 'ticket', ticket, receiver: null });
    const progress = owned.events.filter(({ event }) => event === 'progress');
    expect(progress.at(-1)).toEqual({
      event: 'progress',
      transactionId: expect.stringMatching(/^T/),
      refId: expect.stringMatching(/^R/),
      receiverId: expect.any(String),
      sequence: progress.length,
      bytesDone: 6,
      bytesTotal: 6,
      itemsDone: 1,
      itemsTotal: 1,
      timestampMs: expect.any(Number),
      state: 'completed',
    });
    expect(owned.events.at(-1)).toMatchObject({
      event: 'outcome',
      status: 'completed',
      end: 'finished',
      quorumMet: true,
      refs: expect.any(Array),
      receivers: [{ status: 'success', strength: 'vouched' }],
      others: [],
      elapsedMs: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
    });
    expect(receiver.events.map(({ event }) => event)).toEqual(
      ['progress', 'progress', 'progress', 'object', 'done'].slice(-receiver.events.length),
    );
    expect(receiver.events.at(-1)).toEqual({
      event: 'done',
      bytes: 6,
      wireBytes: 6,
      acknowledged: true,
      peakMemoryBytes: expect.any(Number),
    });
  });

  it('J2 inspect --json is one object', async () => {
    const { code, stdout } = await new Towline(['inspect', await makeFile(), '--json', '--validate']).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ kind: 'file', bytes: 6 });
    await mkdir(folder.in('tree', 'empty'), { recursive: true });
    await makeFile('tree/a');
    const tree = await new Towline(['inspect', folder.in('tree'), '--json', '--validate']).ended;
    expect(JSON.parse(tree.stdout)).toEqual({ kind: 'folder', bytes: 6, files: 1, folders: 1, links: 0 });
  });

  it('C3 inspect of what cannot be shared is one line and exit 2', async () => {
    const { code, stdout, stderr } = await new Towline(['inspect', folder.in('none')]).ended;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toHaveLength(1);
    expect(stderr).toContain('none');
  });
});

describe('secrets', () => {
  it('K5 the ticket is in no output but its own', async () => {
    const { owner, ticket } = await startShare([await makeFile(), '--receivers', 'any']);
    const received = await new Towline(['pull', ticket, '--out', folder.in('a'), '--json']).ended;
    expect(received.code).toBe(0);
    const refused = await new Towline(['pull', ticket, ticket, '--json']).ended;
    expect(refused.code).toBe(2);
    const there = await new Towline(['pull', ticket, '--out', folder.in('a'), '--json']).ended;
    expect(there.code).toBe(2);
    await startPull(ticket, ['--out', folder.in('b')]).ended;
    owner.process.kill('SIGINT');
    const owned = await owner.ended;
    for (const text of [received, refused, there].flatMap(({ stdout, stderr }) => [stdout, stderr])) {
      expect(text).not.toContain(ticket.slice(8, 40));
    }
    expect(owned.stderr).not.toContain(ticket.slice(8, 40));
    expect(owned.stdout.split(ticket)).toHaveLength(2);
  });

  it.runIf(process.platform === 'linux')('K5 one that was given as an argument leaves the process list', async () => {
    const { ticket } = await startShare([await makeFile(), '--timeout', '20']);
    const receiver = new Towline(['pull', ticket, '--out', folder.in('in')]);
    await receiver.errorLine(/./);
    const commandLine = await readFile(`/proc/${receiver.process.pid}/cmdline`, 'latin1').catch(() => '');
    expect(commandLine).not.toContain(ticket.slice(8, 24));
    expect((await receiver.ended).code).toBe(0);
  });

  it('K3 the file that keeps a receiver’s name has mode 0600, and is gone after success', async () => {
    const { ticket } = await startShare([await makeFile()]);
    await mkdir(folder.in('in'));
    await writeFile(folder.in('in', 'hello.txt'), 'mine');
    await startPull(ticket, ['--out', folder.in('in')]).ended;
    const [kept = ''] = (await readdir(folder.in('in'))).filter((name) => name.endsWith('.name'));
    expect((await stat(folder.in('in', kept))).mode & 0o777).toBe(0o600);
    await startPull(ticket, ['--out', folder.in('in'), '--overwrite']).ended;
    expect(await readdir(folder.in('in'))).toEqual(['hello.txt']);
  });
});

describe('help', () => {
  it.each([[[]], [['share']], [['pull']], [['inspect']]])(
    'J5 the example of towline %j --help works as printed',
    async (words: string[]) => {
      const { stdout } = await new Towline([...words, '--help']).ended;
      const example = stdout.slice(stdout.indexOf('Example:') + 'Example:'.length);
      await mkdir(folder.in('bin'));
      await mkdir(folder.in('here'));
      await writeFile(folder.in('bin', 'towline'), `#!/bin/sh\nexec '${process.execPath}' '${mainPath}' "$@"\n`);
      await chmod(folder.in('bin', 'towline'), 0o755);
      const env = { ...process.env, PATH: `${folder.in('bin')}${delimiter}${process.env['PATH']}` };
      await promisify(execFile)('sh', ['-e', '-c', example], { cwd: folder.in('here'), env });
      const made = await readdir(folder.in('here'));
      expect(made).toEqual(words[0] === 'inspect' ? ['hello.txt'] : ['hello.txt', 'received']);
    },
  );

  it('J5 an unknown flag is exit 2 with a suggestion, --version is the version', async () => {
    const wrong = await new Towline(['share', 'x', '--recievers', '2']).ended;
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--receivers');
    expect((await new Towline(['--version']).ended).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

async function ticketFile(ticket: string): Promise<string> {
  await writeFile(folder.in('ticket'), `${ticket}\n`, { mode: 0o600 });
  return folder.in('ticket');
}
