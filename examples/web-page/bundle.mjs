// @ts-check
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @typedef {{ readonly type: string, readonly content: string | Uint8Array }} Asset */

/** @type {Record<string, string>} */
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' };

/**
 * The page and what it imports, bundled for a browser and kept in memory: contents by path.
 * @returns {Promise<Map<string, Asset>>}
 */
export async function bundlePage() {
  const root = fileURLToPath(new URL('page', import.meta.url));
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: { write: false, modulePreload: false },
  });
  if (!('output' in built)) throw new Error('vite gave no bundle');
  return new Map(
    built.output.map((file) => {
      const path = file.fileName === 'index.html' ? '/' : `/${file.fileName}`;
      const type = types[file.fileName.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      return [path, { type, content: file.type === 'chunk' ? file.code : file.source }];
    }),
  );
}
