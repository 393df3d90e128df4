import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { sourceAliases } from '../../vitest/source-aliases.mjs';
import { launchBrowser, noBrowser } from '../support/browser.ts';
import { suites } from '../support/in-browser/suites.ts';

/** The script of the page, bundled from the sources, and the modules that are in it. */
async function bundle() {
  const entry = fileURLToPath(new URL('../support/in-browser/main.ts', import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: sourceAliases() },
    build: { write: false, minify: false, lib: { entry, formats: ['es'] } },
  });
  const [chunk, ...others] = Array.isArray(built) ? built.flatMap(({ output }) => output) : [];
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('vite gave something else than one script');
  return { code: chunk.code, modules: chunk.moduleIds, imports: chunk.imports };
}

function serve(script: string): Server {
  return createServer(({ url }, response) => {
    if (url === '/main.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<script type="module" src="main.js"></script>');
  });
}

const { code, modules, imports } = await bundle();

it('what a page imports of core, transport-memory and the adapters for tensors and Arrow needs no module of Node', () => {
  for (const part of ['owner/owner', 'receiver/transfer', 'tensors-consumer', 'table-downloadable', 'memory-link'])
    expect(modules.some((path) => path.endsWith(`/${part}.ts`))).toBe(true);
  // The bundler has a stand-in for modules that a browser has not got.
  expect(modules.filter((path) => /browser-external|\/node\/|\/file-io\//u.test(path))).toEqual([]);
  expect(imports).toEqual([]);
});

describe.skipIf(noBrowser)(`in Chromium${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, async () => {
  const server = serve(code);
  const complaints: string[] = [];
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('console', (message) => void complaints.push(message.text()));
    page.on('pageerror', (error) => void complaints.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'runScenario' in globalThis);
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  for (const [suite, scenarios] of Object.entries(suites))
    for (const { id, rule, title, missing } of await scenarios()) {
      const skipped = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not declared)` : '';
      it.skipIf(skipped)(`${rule} ${suite}: ${title}${skipped}`, async () => {
        const words = [suite, id].map((word) => JSON.stringify(word));
        expect(await page.evaluate(`runScenario(${words.join(', ')})`)).toBe('passed');
      });
    }

  it.each([
    // The digests of both, and the one that differs.
    ['xxh64', '1032 bytes'],
    // Web Crypto takes no bytes piece by piece.
    ['sha256', 'invalid_argument'],
  ])('adapter-tensor: what differs from a base, by %s', async (digest, expected) => {
    expect(await page.evaluate(`pullOnBase('${digest}')`)).toBe(expected);
  });

  it('the page has complained of nothing', () => {
    expect(complaints).toEqual([]);
  });
});
