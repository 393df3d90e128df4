// @ts-check
// Makes the checksum code of core from its source (`npm run xxh64`); with --check, says whether it was made from it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import initWabt from 'wabt';
import { rootDirectory } from './workspace.mjs';

const directory = join(rootDirectory, 'packages/downloader-core/src/base');
const target = join(directory, 'xxh64-code.ts');

const wabt = await initWabt();
const source = wabt.parseWat('xxh64.wat', readFileSync(join(directory, 'xxh64.wat'), 'utf8'));
const code = Buffer.from(source.toBinary({ log: false, write_debug_names: false }).buffer).toString('base64');
const lines = code.match(/.{1,108}/gu) ?? [];
const text = `// Made by \`npm run xxh64\` from xxh64.wat, which says what it does. In base64.
export const xxh64Code: string =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('xxh64-code.ts was not made from xxh64.wat: npm run xxh64');
  process.exitCode = 1;
}
