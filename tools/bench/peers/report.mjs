// @ts-check
// What a peer and the bench tell each other: settings as an argument, JSON lines back, and one word on standard input.
import { readFileSync, writeSync } from 'node:fs';

const { stdin } = process;
/** @type {Promise<void>} */
const word = new Promise((resolve) => {
  stdin.once('data', () => resolve());
});
// The bench holds the other end: when it is gone, so is whatever a peer has begun.
stdin.once('end', () => process.exit(1));
stdin.unref?.();

/** The settings that the bench gave. @returns {Record<string, any>} */
export const settings = () => JSON.parse(process.argv[2] ?? '{}');

/** Prints one line for the bench, at once. @param {Record<string, unknown>} line */
export const say = (line) => void writeSync(1, `${JSON.stringify(line)}\n`);

/** Waits for the word of the bench: to a receiver that it may begin, to an owner that all have what they wanted. */
export async function told() {
  stdin.ref?.();
  await word;
  stdin.unref?.();
}

let before = process.cpuUsage();

/** An owner can be reached. What it used until now was for loading and preparing. @param {Record<string, unknown>} line */
export function ready(line) {
  say({ event: 'ready', ...line });
  before = process.cpuUsage();
}

/** Says that everything is loaded, and waits for the word to begin: loading is no part of what is measured. */
export async function go() {
  say({ event: 'loaded' });
  await told();
  before = process.cpuUsage();
}

/** What this process has used, by the system's account: MiB at the peak since it began, CPU seconds since it was ready. */
export function usage() {
  const { user, system } = process.cpuUsage(before);
  return { peakMiB: peakMiB(), cpuSeconds: (user + system) / 1e6 };
}

// `maxRSS` of a child begins with what its parent had; the mark of the address space is its own.
function peakMiB() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}
