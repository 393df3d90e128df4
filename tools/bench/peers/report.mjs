// @ts-check
import { once } from 'node:events';

/** The settings that the bench gave. @returns {Record<string, any>} */
export const settings = () => JSON.parse(process.argv[2] ?? '{}');

/** Prints one line for the bench. @param {Record<string, unknown>} line */
export const say = (line) => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** What this process has used, by the system's account: MiB at the peak, CPU seconds. */
export function usage() {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakMiB: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
}

/** Says that everything is loaded, and waits for the word to begin: loading is no part of what is measured. */
export async function go() {
  say({ event: 'loaded' });
  await once(process.stdin, 'data');
  process.stdin.destroy();
}
