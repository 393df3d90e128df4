// @ts-check
// `npm run check`: everything that is judged without running the product. All checks run, also after one that failed.
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { binDirectory, rootDirectory } from './workspace.mjs';

const checks = {
  types: 'tsc -b . tsconfig.tests.json',
  lint: 'oxlint',
  format: 'oxfmt --check .',
  workspace: 'node tools/check-workspace.mjs',
  layers: 'node tools/check-layers.mjs',
  portability: 'node tools/check-portability.mjs',
  copies: 'node tools/check-copies.mjs',
  'checksum code': 'node tools/xxh64.mjs --check',
  'unused code': 'knip',
  packages: 'nx run-many -t check-package',
  'core size': 'node tools/core-size.mjs',
  'public surface': 'node tools/api/main.mjs',
  'doc comments': 'node tools/api/doc-comments.mjs',
  text: 'node tools/check-text.mjs',
  links: 'node tools/check-links.mjs',
  'error docs': 'node tools/docs/errors.mjs --check',
  rules: 'node tools/check-rules.mjs --strict',
};

const env = {
  ...process.env,
  NX_ISOLATE_PLUGINS: 'false',
  PATH: [binDirectory, process.env['PATH']].join(delimiter),
};

/** @param {string} command */
function passes(command) {
  const [program = '', ...args] = command.split(' ');
  return spawnSync(program, args, { cwd: rootDirectory, env, stdio: 'inherit' }).status === 0;
}

/**
 * @param {string} name
 * @param {string} command
 */
function check(name, command) {
  console.log(`\n▸ ${name}`);
  const startMs = performance.now();
  const passed = passes(command);
  return { name, passed, seconds: (performance.now() - startMs) / 1000 };
}

const results = Object.entries(checks).map(([name, command]) => check(name, command));
console.log();
for (const { name, passed, seconds } of results)
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
if (results.some(({ passed }) => !passed)) process.exitCode = 1;
