import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';
import { launchBrowser, noBrowser } from '../support/browser.ts';
import { TemporaryWorkspace } from '../support/temporary-workspace.ts';

const screenshot = join(rootDirectory, 'test-results', 'web-page.png');

/** Starts the owner with a file of these bytes. */
function startOwner(file: Uint8Array) {
  const workspace = new TemporaryWorkspace({});
  const path = join(workspace.root, 'notes.bin');
  writeFileSync(path, file);
  const owner = spawn(process.execPath, ['examples/web-page/owner.mjs', path], { cwd: rootDirectory });
  onTestFinished(() => {
    owner.kill();
    workspace[Symbol.dispose]();
  });
  const lines: string[] = [];
  const ended = once(owner, 'close');
  const url = new Promise<string>((resolve, reject) => {
    createInterface(owner.stdout).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('open ')) resolve(line.slice('open '.length));
    });
    owner.stderr.on('data', (text: Buffer) => void lines.push(String(text)));
    void ended.then(() => reject(new Error(`the owner ended: ${lines.join('\n')}`)));
  });
  return { url, lines, ended };
}

/** A new page, and what the browser complains about in it. */
async function openPage(): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 900, height: 820 } });
  const complaints: string[] = [];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(String(error)));
  return { page, complaints };
}

/** What a card says, by the class of each part. */
async function readCards(page: Page) {
  const cards = await page.locator('#objects li').all();
  return Promise.all(
    cards.map(async (card) => {
      const text = (selector: string): Promise<string> => card.locator(selector).innerText();
      const parts = ['.kind', '.bytes', '.rate', '.here', '.owner'];
      const [kind, bytes, rate, here, owner] = await Promise.all(parts.map(text));
      return { state: await card.getAttribute('data-state'), kind, bytes, rate, here, owner };
    }),
  );
}

/** What every card says when its object has arrived. */
const card = {
  state: 'same',
  rate: expect.stringMatching(/^\d+\.\d MiB\/s$/u),
  here: expect.stringMatching(/^[0-9a-f]{64}$/u),
};

describe('examples/web-page', () => {
  it.skipIf(noBrowser)(
    `in Chromium pulls tensors, a table and a file${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
    async () => {
      const file = randomBytes(24 * 1024 * 1024);
      const { url, lines, ended } = startOwner(file);
      const { page, complaints } = await openPage();
      await page.goto(await url);
      await page.locator('#outcome:not([data-status=pending])').waitFor({ timeout: 50_000 });
      mkdirSync(join(rootDirectory, 'test-results'), { recursive: true });
      await page.screenshot({ path: screenshot });
      console.log(`the page as it was: ${screenshot}`);

      const cards = await readCards(page);
      const [tensors, arrow] = cards;
      expect(cards).toEqual([
        { ...card, kind: 'tensors', bytes: '33,557,224 bytes', owner: tensors?.here },
        { ...card, kind: 'arrow', bytes: '16,000,384 bytes', owner: arrow?.here },
        { ...card, kind: 'file', bytes: '25,165,824 bytes', here: sha256(file), owner: sha256(file) },
      ]);
      expect(await page.locator('#outcome').innerText()).toBe('What the owner knows: completed.');
      expect(await ended).toEqual([0, null]);
      expect(lines.slice(1)).toEqual([
        expect.stringMatching(/^page-[0-9a-f-]{36}: success, 7\d{7} bytes$/u),
        'outcome: completed',
      ]);
      expect(complaints).toEqual([]);
    },
  );
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
