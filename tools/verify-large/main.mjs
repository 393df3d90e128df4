// @ts-check
// `npm run verify:large -- [files] [tensors] [arrow] [stream] [--small]`: what takes too long for each change. Without a name, everything.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyArrow, verifyStream } from './arrow.mjs';
import { verifyFiles } from './files.mjs';
import { verifyTensors } from './tensors.mjs';

/** @typedef {{ folder: string, isSmall: boolean, check: (what: string, holds: boolean) => void }} Run */

/** @type {Record<string, (run: Run) => Promise<void>>} */
const suites = { files: verifyFiles, tensors: verifyTensors, arrow: verifyArrow, stream: verifyStream };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { small: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !(name in suites));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join()}: ${Object.keys(suites).join()}`);

const folder = await mkdtemp(join(tmpdir(), 'towline-large-'));
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(suites)) {
    await suites[name]?.({ folder, isSmall: values.small, check });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * @param {string} what
 * @param {boolean} holds
 */
function check(what, holds) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
  if (!holds) process.exitCode = 1;
}
