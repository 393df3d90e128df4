import { type Browser, chromium } from 'playwright-core';
import { commandOf } from '../../system-packages.mjs';

const executablePath = commandOf('chromium');

/** Why tests in a browser are skipped; nothing when they run. Continuous integration gets a failure in place of a skip. */
export const noBrowser: string | undefined =
  executablePath === undefined && !process.env['CI']
    ? 'no chromium here: `node tools/system-packages.mjs` installs it'
    : undefined;

// The reporter folds up files in which nothing failed: this is to be seen all the same.
if (noBrowser !== undefined) console.warn(`tests in a browser are skipped: ${noBrowser}`);

/** The browser of the system, without a window. It asks nobody but whom a page asks. */
export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('chromium is not installed: node tools/system-packages.mjs');
  const quiet = ['quic', 'background-networking', 'component-update', 'sync'].map((name) => `--disable-${name}`);
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet] });
}
