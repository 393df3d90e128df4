// @ts-check
// What a command lets others see: what it says of itself and of its subcommands when it is asked for help.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootDirectory } from '../workspace.mjs';

/** @typedef {{ words: string, help: string }} Help what was asked, and the answer */

/**
 * @param {string} name
 * @param {string} path of the built program, from the root
 * @returns {Help[]} of the command, then of its subcommands in the order in which it names them
 */
export function helpOf(name, path) {
  const own = { words: name, help: run(path, []) };
  const subcommands = subcommandsIn(own.help).map((word) => ({ words: `${name} ${word}`, help: run(path, [word]) }));
  return [own, ...subcommands];
}

/**
 * @param {string} help
 * @returns {string[]}
 */
export function subcommandsIn(help) {
  const [, list = ''] = /^Commands:\n((?: .*\n)*)/m.exec(help) ?? [];
  return Array.from(list.matchAll(/^ {2}(\w[\w-]*)/gm), ([, word = '']) => word);
}

/**
 * @param {string} path
 * @param {readonly string[]} words
 */
function run(path, words) {
  const program = join(rootDirectory, path);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words, '--help'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path} ${words.join(' ')} --help fails: ${stderr}`);
  return stdout.trim();
}
