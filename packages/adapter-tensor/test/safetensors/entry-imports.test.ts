import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src/safetensors/', import.meta.url));

/** Everything that a module imports or exports from elsewhere, types too, statically or not. */
function specifiersOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const pattern = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map(([, specifier = '']) => specifier);
}

/** All modules that one reaches by relative imports, and all that it imports by name. */
function importGraph(entryPath: string): { modules: string[]; packages: Set<string> } {
  const modules = [entryPath];
  const packages = new Set<string>();
  for (const path of modules) {
    for (const specifier of specifiersOf(path)) {
      const target = resolve(dirname(path), specifier);
      if (!specifier.startsWith('.')) packages.add(specifier);
      else if (!modules.includes(target)) modules.push(target);
    }
  }
  return { modules, packages };
}

async function bundledBytes(entryPath: string): Promise<{ plain: number; gzipped: number }> {
  const { build } = await import('vite');
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: true, lib: { entry: entryPath, formats: ['es'] } },
  });
  const [bundle] = Array.isArray(output) ? output : [];
  const [chunk] = bundle !== undefined && 'output' in bundle ? bundle.output : [];
  if (chunk?.type !== 'chunk') throw new Error('the bundler gave no chunk');
  expect({ imports: chunk.imports, dynamicImports: chunk.dynamicImports }).toEqual({ imports: [], dynamicImports: [] });
  return { plain: Buffer.byteLength(chunk.code), gzipped: gzipSync(chunk.code).byteLength };
}

describe('the entry for the format', () => {
  const { modules, packages } = importGraph(resolve(source, 'index.ts'));

  it('depends on no package, not on core, and on nothing of Node', () => {
    expect(modules.length).toBeGreaterThan(20);
    expect([...packages]).toEqual([]);
  });

  it('keeps to its own folder, without the part for Node', () => {
    const outside = modules.map((path) => relative(source, path)).filter((path) => /^(\.\.|node)\b/.test(path));
    expect(outside).toEqual([]);
  });

  it('its part for Node adds modules of Node and nothing else', () => {
    const node = importGraph(resolve(source, 'node/index.ts'));
    expect([...node.packages].filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  it('bundles alone to a few kilobytes', async () => {
    const { plain, gzipped } = await bundledBytes(resolve(source, 'index.ts'));
    console.info(`@towline/adapter-tensor/safetensors: ${gzipped} bytes gzipped (${plain} minified)`);
    expect(gzipped).toBeLessThan(12_000);
  });
});
