// @ts-check
// Runs the built command with --json and hands on its events.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rootDirectory } from '../workspace.mjs';

const mainPath = join(rootDirectory, 'packages/cli/dist/main.js');

/** @typedef {{ event: string } & Record<string, any>} JsonEvent */

/**
 * Starts `towline` with the words and `--json`.
 * @param {readonly string[]} words
 * @param {{ input?: string, onEvent?: (event: JsonEvent) => void }} [options] `input` goes to standard input
 * @returns {{ child: import('node:child_process').ChildProcess, ended: Promise<number> }} `ended` gives the exit code
 */
export function startTowline(words, { input = '', onEvent = () => {} } = {}) {
  const child = spawn(process.execPath, [mainPath, ...words, '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  createInterface({ input: child.stdout }).on('line', (line) => onEvent(JSON.parse(line)));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  return { child, ended };
}
