// @ts-check
// How large the core is for a browser: all of its built JavaScript, gzipped, without its dependencies.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { importsOf } from './imports.mjs';
import { isMain, report } from './report.mjs';
import { rootDirectory } from './workspace.mjs';

/** @typedef {{ path: string, source: string }} BuiltFile */

/**
 * @param {readonly BuiltFile[]} files
 * @returns {string[]} one line for each violation
 */
export function coreViolations(files) {
  if (files.length === 0) return ['dist is empty: npm run build'];
  return files.flatMap(({ path, source }) =>
    importsOf(path, source)
      .filter(({ specifier }) => specifier.startsWith('node:'))
      .map(({ specifier, line }) => `${path}:${line}: imports ${specifier}`),
  );
}

/**
 * @param {readonly BuiltFile[]} files
 * @returns {{ files: number, bytes: number, gzipBytes: number }}
 */
export function sizeOf(files) {
  const code = Buffer.from(files.map(({ source }) => source).join('\n'));
  return { files: files.length, bytes: code.byteLength, gzipBytes: gzipSync(code, { level: 9 }).byteLength };
}

/** @returns {BuiltFile[]} */
function readBuilt() {
  const directory = join(rootDirectory, 'packages/downloader-core/dist');
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .toSorted()
    .map((path) => ({ path, source: readFileSync(join(directory, path), 'utf8') }));
}

if (isMain(import.meta)) {
  const built = readBuilt();
  const { files, bytes, gzipBytes } = sizeOf(built);
  console.log(`downloader-core: ${files} files, ${bytes} bytes, ${gzipBytes} bytes gzipped`);
  report('core size', coreViolations(built));
}
