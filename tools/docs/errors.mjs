// @ts-check
// docs/errors.md from the tables of codes in the packages. `--check` fails when the file is not what they say.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootDirectory } from '../workspace.mjs';

/** @typedef {{ side: string, retryable: boolean, exit: number, meaning: string, action: string }} Entry */

/** Which export of which package holds a table, and under which heading it stands. */
const tables = [
  { heading: 'Core', module: 'downloader-core', name: 'errorCodes' },
  { heading: 'Disks', module: 'file-io', name: 'diskErrorCodes' },
  { heading: 'Files and folders', module: 'adapter-file', name: 'fileErrorCodes' },
  { heading: 'Tensors', module: 'adapter-tensor', name: 'tensorErrorCodes' },
  { heading: 'Arrow', module: 'adapter-arrow', name: 'arrowErrorCodes' },
];

const intro = `# Errors

Every failure is a \`DownloadError\` with a \`code\`, a \`side\` (who caused it: \`local\` is the process that reports it), \`retryable\`, and
where they are known \`refId\`, \`peer\` and \`cause\`. Act on the code: codes are promised, messages are not. A receiver tries
again by itself what is marked as tried again, as long as its retries last; what it then reports is the last failure.

In an outcome the \`reason\` of a receiver that failed is one of these codes as well. The last column is the exit code of the
\`towline\` command.

Each code can be linked: \`errors.md#\` and the code, which leads to the first table that has it.

This page is made from the packages' own tables by \`node tools/docs/errors.mjs\`.
`;

// Adapters hand on the codes of what they build upon: each stands once.
const seen = new Set();

const anchored = new Set();

// Adapters give some codes the same name, with a meaning of their own: a page cannot have an anchor twice.
/** @param {string} code */
function anchor(code) {
  if (anchored.has(code)) return '';
  anchored.add(code);
  return `<a id="${code}"></a>`;
}

/** @param {string} heading @param {Record<string, Entry>} codes */
function section(heading, codes) {
  const own = Object.entries(codes).filter(([, entry]) => !seen.has(entry) && seen.add(entry));
  const rows = own.map(
    ([code, { side, retryable, exit, meaning, action }]) =>
      `| ${anchor(code)}\`${code}\` | ${side} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${action} | ${exit} |`,
  );
  const head =
    '| code | usual side | tried again | what happened | what to do | exit |\n| --- | --- | --- | --- | --- | --- |';
  return `## ${heading}\n\n${head}\n${rows.join('\n')}\n`;
}

const loaded = await Promise.all(
  tables.map(async ({ heading, module, name }) => {
    const exports = await import(pathToFileURL(join(rootDirectory, 'packages', module, 'dist/index.js')).href);
    return { heading, codes: exports[name] };
  }),
);
const sections = loaded.map(({ heading, codes }) => section(heading, codes));
const page = [intro, ...sections].join('\n');
const file = join(rootDirectory, 'docs/errors.md');

if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  console.error('docs/errors.md is not what the tables say: run node tools/docs/errors.mjs');
  process.exitCode = 1;
}
