import { describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments/program.ts';
import type { PullOptions } from '../src/arguments/pull-options.ts';
import type { ShareOptions } from '../src/arguments/share-options.ts';
import { CommandError } from '../src/command-error.ts';
import { version } from '../src/version.ts';

function share(...words: string[]): ShareOptions {
  const invocation = parseArguments(['share', ...words]);
  if (invocation.command !== 'share') throw new Error(`read as ${invocation.command}`);
  return invocation.options;
}

function pull(...words: string[]): PullOptions {
  const invocation = parseArguments(['pull', ...words]);
  if (invocation.command !== 'pull') throw new Error(`read as ${invocation.command}`);
  return invocation.options;
}

function text(...words: string[]): string {
  const invocation = parseArguments(words);
  if (invocation.command !== 'text') throw new Error(`read as ${invocation.command}`);
  return invocation.text;
}

function refusal(...words: string[]): string {
  let thrown: unknown;
  try {
    parseArguments(words);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(CommandError);
  expect(thrown).toMatchObject({ code: 'usage', exitCode: 2 });
  return (thrown as CommandError).message;
}

describe('share', () => {
  it('C1 without flags expects one receiver, an hour of idling at most, 5 seconds of lingering, and this machine', () => {
    expect(share('a', 'b')).toEqual({
      paths: ['a', 'b'],
      audience: { who: 'counted', count: 1 },
      listen: { host: '127.0.0.1', port: 0 },
      advertise: [],
      timeoutMs: 3_600_000,
      lingerMs: 5_000,
      insecure: false,
      symlinks: 'keep',
      json: false,
      quiet: false,
    });
  });

  it('C1 takes its flags in any place', () => {
    const words =
      '--receivers 3 a --quorum 2 --listen [::]:7000 --timeout 1.5 --linger 0 --json --quiet --as file ' +
      '--advertise host.example:7000,192.0.2.1:0 --symlinks refuse';
    expect(share(...words.split(' '))).toMatchObject({
      paths: ['a'],
      audience: { who: 'counted', count: 3 },
      quorum: 2,
      listen: { host: '::', port: 7_000 },
      advertise: [
        { host: 'host.example', port: 7_000 },
        { host: '192.0.2.1', port: 0 },
      ],
      timeoutMs: 1_500,
      lingerMs: 0,
      json: true,
      quiet: true,
      as: 'file',
      symlinks: 'refuse',
    });
  });

  it('C1 names receivers, or takes whoever comes', () => {
    expect(share('a', '--to', 'x, y').audience).toEqual({ who: 'named', names: ['x', 'y'] });
    expect(share('a', '--receivers', 'any').audience).toEqual({ who: 'any' });
  });

  it.each([
    [['a', '--receivers', '0'], '--receivers'],
    [['a', '--receivers', 'two'], '--receivers'],
    [['a', '--receivers', '2', '--quorum', '3'], '--quorum'],
    [['a', '--to', 'x', '--receivers', '1'], 'exclude'],
    [['a', '--to', 'x,x'], 'twice'],
    [['a', '--to', 'x,'], 'is empty'],
    [['a', '--to', 'x'.repeat(129)], '128 bytes'],
    [['a', '--timeout', '0'], '--timeout'],
    [['a', '--timeout', '-1'], '--timeout'],
    [['a', '--timeout', '1e3'], '--timeout'],
    [['a', '--linger', 'NaN'], '--linger'],
    [['a', '--listen', '7000'], '--listen'],
    [['a', '--listen', 'h:65536'], '--listen'],
    [['a', '--advertise', Array(9).fill('h:1').join(',')], 'at most 8'],
    [['a', '--as', 'picture'], '--as'],
    [['a', '--symlinks', 'follow'], '--symlinks'],
    [[], 'path'],
  ])('C1 %j is exit 2 and says what is wrong', (words, said) => {
    expect(refusal('share', ...words)).toContain(said);
  });

  it('K8 --insecure is for loopback, unless it is said in full', () => {
    expect(share('--insecure', 'a')).toMatchObject({ paths: ['a'], insecure: true });
    expect(share('a', '--insecure=yes-on-the-network', '--listen', '0.0.0.0:1')).toMatchObject({ insecure: true });
    expect(refusal('share', '--insecure', 'a', '--listen', '0.0.0.0:1')).toContain('--insecure=yes-on-the-network');
    expect(refusal('share', 'a', '--insecure=yes')).toContain('--insecure');
  });
});

describe('pull', () => {
  it('C2 without flags goes into the current folder and overwrites nothing', () => {
    expect(pull()).toEqual({ directory: '.', only: [], overwrite: false, json: false, quiet: false });
  });

  it('C2 takes its ticket and flags', () => {
    const words = ['-', '--out', 'in', '--name', 'me', '--only', 'a*', '--only', 'b', '--base', 'old', '--overwrite'];
    expect(pull(...words, '--digest', 'sha256', '--json')).toEqual({
      ticket: '-',
      directory: 'in',
      name: 'me',
      only: ['a*', 'b'],
      base: 'old',
      overwrite: true,
      digest: 'sha256',
      json: true,
      quiet: false,
    });
  });

  it('C2 a digest that is not known, an impossible name and a second ticket are exit 2', () => {
    expect(refusal('pull', '-', '--digest', 'md5')).toContain('sha256');
    expect(refusal('pull', '-', '--name', ' ')).toContain('--name');
    expect(refusal('pull', 'towline1a', 'towline1b')).toContain('too many arguments');
  });

  it('K5 a refusal never repeats a ticket that was given as an argument', () => {
    const secret = 'towline1c2VjcmV0';
    expect(refusal('pull', secret, '--digest', 'md5')).not.toContain(secret);
    expect(refusal('pull', secret, secret)).not.toContain(secret);
    expect(refusal(secret)).not.toContain(secret);
  });
});

describe('inspect', () => {
  it('C3 takes a file and its flags', () => {
    expect(parseArguments(['inspect', 'a', '--validate', '--json'])).toEqual({
      command: 'inspect',
      options: { path: 'a', validate: true, json: true },
    });
    expect(refusal('inspect')).toContain('file');
  });
});

describe('help', () => {
  it.each([[[]], [['share']], [['pull']], [['inspect']]])(
    'J5 towline %j --help has an example',
    (command: string[]) => {
      const help = text(...command, '--help');
      expect(help).toContain('Usage: towline');
      expect(help).toMatch(/Example:\n {2}printf .*\n {2}towline /);
    },
  );

  it('J5 towline alone is the help, --version the version of the package', () => {
    expect(text()).toBe(text('--help'));
    expect(text('--version')).toBe(`${version}\n`);
  });

  it('J5 an unknown flag or command is refused with a suggestion', () => {
    expect(refusal('share', 'a', '--reciever')).toContain('--receivers');
    expect(refusal('pull', '--ot')).toContain('--out');
    expect(refusal('shar', 'a')).toContain('share');
  });
});
