import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';
import { PackedPackages } from '../support/packed-packages.ts';
import { type Ended, runIn } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'towline-guides-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);
const packed = new PackedPackages(join(folder, 'tarballs'));

const quiet = 'npm_config_audit=false npm_config_fund=false npm_config_prefer_offline=true';
const type = (cwd: string, command: string): Ended => runIn(cwd, 'sh', ['-c', `export ${quiet}; ${command}`]);

/** A guide: what it has typed at its beginning, and its programs by name. */
function guideOf(page: string) {
  const text = readFileSync(join(rootDirectory, 'docs', page), 'utf8');
  const [, typed = ''] = /^## From nothing\n+```sh\n(.*?)\n```$/msu.exec(text) ?? [];
  const programs = Array.from(text.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gmsu), ([, name = '', source = '']) => ({
    name,
    source,
  }));
  return { commands: typed.split('\n'), programs };
}

/** A command as it is typed while nothing is published: tarballs in place of names. */
const withTarballs = (command: string): string =>
  command.replaceAll(/@towline\/[a-z-]+/gu, (name) => packed.specifiers(name).join(' '));

const adapter = guideOf('writing-an-adapter.md');
const transport = guideOf('writing-a-transport.md');

describe.each([
  ['an adapter', adapter, adapter.programs, 41],
  ['a transport', transport, [...adapter.programs.slice(0, 1), ...transport.programs], 11],
] as const)(
  'the guide for %s, followed in an empty folder with nothing but packed packages',
  (_what, guide, programs, passing) => {
    const [first = '', ...others] = guide.commands;
    const name = /^mkdir (\S+) && cd \1$/u.exec(first)?.[1] ?? 'no name';
    const path = join(folder, name);

    it('says what to type', () => {
      mkdirSync(path);
      expect(others.length).toBeGreaterThan(0);
      for (const command of others) expect(type(path, withTarballs(command))).toMatchObject({ status: 0 });
    });

    it('ends with suites that pass', () => {
      for (const { name: file, source } of programs) writeFileSync(join(path, file), source);
      const { status, output } = type(path, 'node --test --test-reporter=tap');
      expect(output).toMatch(/^# fail 0$/mu);
      expect(output).toMatch(new RegExp(`^# pass ${passing}$`, 'mu'));
      expect(status).toBe(0);
    });
  },
);
