import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';
import { InstalledProject } from '../support/installed.ts';
import { PackedPackages } from '../support/packed-packages.ts';
import { runIn, type Started, startIn } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'towline-outside-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 180_000);
const packed = new PackedPackages(join(folder, 'tarballs'));

describe('the README of @towline/cli', () => {
  it('has first commands that give a file to three, each of which has the same', async () => {
    const project = new InstalledProject(join(folder, 'cli'), packed.specifiers(...packed.withOwn('@towline/cli')));
    const readme = readFileSync(join(rootDirectory, 'packages/cli/README.md'), 'utf8');
    const blocks = readme.matchAll(/^```sh\n(.*?)\n```$/gmsu);
    const [, share = '', pull = ''] = Array.from(blocks, ([, command = '']) => command);
    const type = (cwd: string, command: string): Started =>
      startIn(cwd, 'sh', ['-c', `PATH="${join(project.path, 'node_modules', '.bin')}:$PATH" ${command}`]);

    project.write('model.bin', 'weights'.repeat(1_000_000));
    // Nothing that others on the network could reach.
    const sharing = type(project.path, share.replace('0.0.0.0:7000', '127.0.0.1:0'));
    const ticket = await firstMatch(sharing.child.stdout, /^towline1\S+(?=\n)/mu);
    const pulls = ['one', 'two', 'three'].map(async (name) => {
      const site = mkdtempSync(join(folder, `${name}-`));
      const { child, ended } = type(site, pull);
      child.stdin.end(`${ticket}\n`);
      expect(await ended).toMatchObject({ status: 0 });
      return digestOf(join(site, 'models', 'model.bin'));
    });
    const source = digestOf(join(project.path, 'model.bin'));
    expect(await Promise.all(pulls)).toEqual([source, source, source]);
    expect(await sharing.ended).toMatchObject({ status: 0 });
  });
});

/** What a program has said as soon as it says something that matches. */
async function firstMatch(stream: Readable, pattern: RegExp): Promise<string> {
  let said = '';
  for await (const bytes of stream.iterator({ destroyOnReturn: false })) {
    said += String(bytes);
    const [match] = pattern.exec(said) ?? [];
    if (match !== undefined) return match;
  }
  throw new Error(`it ended without a match: ${said}`);
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('examples/csv-adapter, copied to an empty folder', () => {
  const source = join(rootDirectory, 'examples/csv-adapter');
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const needed = packed.withOwn(...Object.keys({ ...dependencies, ...devDependencies }));
  const path = join(folder, 'csv-adapter');
  cpSync(source, path, { recursive: true });

  it('installs what it declares', () => {
    const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packed.specifiers(...needed)];
    expect(runIn(path, 'npm', words)).toMatchObject({ status: 0 });
  });

  it('passes the conformance suite, and its own tests', () => {
    const { status, output } = runIn(path, 'npm', ['test']);
    for (const line of [/ pass [1-9]\d$/mu, / fail 0$/mu, / skipped 0$/mu]) expect(output).toMatch(line);
    expect(status).toBe(0);
  });

  it('runs', () => {
    const { status, output } = runIn(path, 'npm', ['--silent', 'start']);
    const [, promised] = /^```text\n(.*?)^```$/msu.exec(readFileSync(join(source, 'README.md'), 'utf8')) ?? [];
    expect({ status, output }).toEqual({ status: 0, output: promised });
  });
});
