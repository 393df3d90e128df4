import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packAll } from '../../release/pack.mjs';
import { rootDirectory } from '../../workspace.mjs';
import { type Ended, runIn } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'towline-create-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tarballs = packAll(join(folder, 'tarballs'));

const npm = (cwd: string, ...words: readonly string[]): Ended => runIn(cwd, 'npm', words);

/** The first program of a README. */
const firstProgram = (path: string): string => /^```ts\n(.*?)^```$/msu.exec(readFileSync(path, 'utf8'))?.[1] ?? '';

/** What the README's program prints. */
const says = { adapter: "[ 'one', 'two' ]\ncompleted\n", transport: 'hello completed\n' } as const;

describe.each(['adapter', 'transport'] as const)('npm create @towline %s', (kind) => {
  const made = join(folder, `towline-${kind}-json-rows`);

  it('makes a package from nothing but the packed packages', () => {
    const create = join(rootDirectory, 'packages/create/dist/main.js');
    const words = [create, kind, 'json-rows', '--from', 'tarballs'];
    expect(runIn(folder, process.execPath, words)).toMatchObject({ status: 0 });
    const { status, output } = npm(made, 'install', '--prefer-offline', '--no-audit', '--no-fund');
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  });

  it('which compiles', () => {
    expect(npm(made, 'run', 'build')).toMatchObject({ status: 0 });
  });

  it('which passes its suite at once, and says what it skips', () => {
    const { output, status } = npm(made, 'test');
    for (const line of [/ pass [1-9]\d$/mu, / fail 0$/mu, / skipped [1-9]$/mu]) expect(output).toMatch(line);
    expect(output).toContain('not declared');
    expect(status).toBe(0);
  });

  it('whose README has a program that compiles and runs', () => {
    writeFileSync(join(made, 'test', 'first.ts'), firstProgram(join(made, 'README.md')));
    expect(npm(made, 'exec', '--offline', '--', 'tsc', '-p', 'tsconfig.test.json')).toMatchObject({ status: 0 });
    const program = join('dist-test', 'test', 'first.js');
    expect(runIn(made, process.execPath, [program])).toEqual({ status: 0, output: says[kind] });
  });

  it('which packs what it ships, and nothing else', () => {
    const [packed] = JSON.parse(
      runIn(made, 'npm', ['pack', '--json', '--ignore-scripts', '--dry-run', '--silent']).output,
    );
    const paths: readonly string[] = packed.files.map(({ path }: { readonly path: string }) => path);
    expect(paths).toContain('dist/index.d.ts');
    expect(paths.filter((path) => !/^(?:dist|src)\/|^(?:README\.md|package\.json)$/u.test(path))).toEqual([]);
  });
});

describe('the packed @towline/create', () => {
  it('is a command that makes the same', () => {
    const place = mkdtempSync(join(folder, 'packed-'));
    writeFileSync(join(place, 'package.json'), '{ "private": true }');
    const tarball = tarballs.get('@towline/create') ?? '';
    expect(npm(place, 'install', '--offline', '--no-audit', '--no-fund', tarball)).toMatchObject({ status: 0 });
    expect(npm(place, 'exec', '--offline', '--', 'create', 'adapter', 'json-rows')).toMatchObject({ status: 0 });
    const path = 'towline-adapter-json-rows/src/json-rows.ts';
    expect(readFileSync(join(place, path), 'utf8')).toBe(readFileSync(join(folder, path), 'utf8'));
  });
});
