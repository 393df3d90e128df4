import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { binDirectory, rootDirectory } from '../../workspace.mjs';
import { TemporaryWorkspace } from '../support/temporary-workspace.ts';

const run = promisify(execFile);

const isFailure = (error: unknown): error is { stdout: string } =>
  typeof error === 'object' && error !== null && 'stdout' in error && typeof error.stdout === 'string';

/** Lints one planted file by the rules of the project and gives the names of the rules it breaks. */
async function brokenRules(path: string, source: string): Promise<string[]> {
  const workspace = new TemporaryWorkspace({
    '.oxlintrc.json': readFileSync(join(rootDirectory, '.oxlintrc.json'), 'utf8'),
    'tsconfig.json': { compilerOptions: { strict: true, target: 'es2023', module: 'nodenext' }, include: ['packages'] },
    [path]: source,
  });
  try {
    const oxlint = join(binDirectory, 'oxlint');
    await run(oxlint, ['--format', 'json', path], { cwd: workspace.root });
    return [];
  } catch (error) {
    if (!isFailure(error)) throw error;
    const { diagnostics } = JSON.parse(error.stdout) as { diagnostics: { code: string }[] };
    return diagnostics.map(({ code }) => code);
  } finally {
    workspace[Symbol.dispose]();
  }
}

const boundary = 'eslint(no-restricted-imports)';

describe('the linter', () => {
  it('accepts an adapter that knows core only', async () => {
    const source = "export { spi } from '@towline/downloader-core/spi';\n";
    expect(await brokenRules('packages/adapter-x/src/index.ts', source)).toEqual([]);
  });

  it('accepts suites that run over the network in memory', async () => {
    const source = "export { MemoryNetwork } from '@towline/transport-memory';\n";
    expect(await brokenRules('packages/conformance/src/index.ts', source)).toEqual([]);
  });

  it.each([
    ['adapter-x', "export { a } from '@towline/transport-tcp';"],
    ['adapter-x', "export { a } from '@towline/adapter-tensor/node';"],
    ['adapter-x', "export type { A } from '@towline/transport-tcp';"],
    ['adapter-x', "export const a: unknown = await import('@towline/transport-tcp');"],
    ['adapter-x', "export { a } from '../../transport-tcp/src/index.ts';"],
    ['transport-x', "export { a } from '@towline/adapter-file';"],
    ['transport-x', "export { a } from '@towline/cli';"],
    ['downloader-core', "export { a } from '@towline/transport-memory';"],
    ['downloader-core', "export { readFile } from 'node:fs/promises';"],
    ['transport-memory', "export { readFile } from 'node:fs/promises';"],
    ['conformance', "export { a } from '@towline/adapter-file';"],
    ['conformance', "export { a } from '@towline/transport-tcp';"],
  ])('keeps the boundaries of %s: %s', async (folder, source) => {
    expect(await brokenRules(`packages/${folder}/src/index.ts`, `${source}\n`)).toEqual([boundary]);
  });

  it('sees a promise that nobody waits for', async () => {
    const source = 'export function f(promise: Promise<void>): void {\n  promise.then(() => {});\n}\n';
    expect(await brokenRules('packages/cli/src/f.ts', source)).toContain('typescript(no-floating-promises)');
  });

  it('sees a switch that forgets a case', async () => {
    const source = "export function f(end: 'a' | 'b'): void {\n  switch (end) {\n    case 'a':\n  }\n}\n";
    expect(await brokenRules('packages/cli/src/f.ts', source)).toContain('typescript(switch-exhaustiveness-check)');
  });

  it('sees a global of Node in a file that runs anywhere', async () => {
    const source = 'export const a: unknown = Buffer.alloc(1);\n';
    expect(await brokenRules('packages/adapter-tensor/src/a.ts', source)).toEqual(['eslint(no-restricted-globals)']);
    expect(await brokenRules('packages/adapter-tensor/src/node/a.ts', source)).toEqual([]);
  });
});
