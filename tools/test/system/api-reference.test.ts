import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtLibrary } from '../../api/library.mjs';
import { surfaceOf } from '../../api/surface.mjs';
import { rootDirectory } from '../../workspace.mjs';
import { runIn } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'towline-reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const library = builtLibrary();
const entries = library.packages.flatMap((pkg) => surfaceOf(library, pkg).entries);

/** What a reader sees of a page. Long names have marks where they may be broken. */
const textOf = (page: string): string => page.replaceAll('<wbr/>', '').replaceAll(/<[^>]*>/gu, ' ');

/** Pages of entries by how these are imported. A package with several has a page of its own before them. */
function entryPages(): ReadonlyMap<string, string> {
  const modules = join(folder, 'modules');
  const names = readdirSync(modules).toSorted((a, b) => a.length - b.length);
  const pages = names.map((name) => readFileSync(join(modules, name), 'utf8'));
  return new Map(pages.map((page) => [/<h1>Module ([^<]+)/u.exec(page)?.[1] ?? '', textOf(page)]));
}

describe('npm run api:reference', () => {
  let output = '';
  // It installs its own compiler first, where that is missing.
  beforeAll(() => {
    const ended = runIn(rootDirectory, 'npm', ['run', 'api:reference', '--', folder], 300_000);
    output = ended.output;
    expect({ status: ended.status, output: ended.status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  }, 300_000);

  it('has nothing to warn of, and says where it begins', () => {
    expect(output).not.toMatch(/\[(?:warning|error)\]/u);
    expect(output).toMatch(/^open .*index\.html$/mu);
  });

  it.each(entries)('has a page of $specifier, with every name', ({ specifier, exports }) => {
    const words = new Set(
      entryPages()
        .get(specifier)
        ?.split(/[^\w$]+/u),
    );
    expect([...exports.keys()].filter((name) => !words.has(name))).toEqual([]);
  });

  it('says what the doc comments do', () => {
    const classes = join(folder, 'classes');
    const name = readdirSync(classes).find((name) => name.endsWith('.DownloadService.html')) ?? '';
    const text = textOf(readFileSync(join(classes, name), 'utf8'));
    expect(text).toContain('Hands objects to receivers and gets them from owners, over one transport.');
    expect(text).toMatch(/Opens a transaction\. Throws\s+invalid_argument/u);
  });
});
