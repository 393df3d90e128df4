import { spawnSync } from 'node:child_process';

/** How a program ended, and all that it said. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Variables by which Nx, Vitest and npm tell programs that they start where they are: these here are elsewhere. */
const told = /^(?:NX_|VITEST|NODE_ENV$|npm_)/u;

/** Runs a program in a folder, as somebody does who sits there. It ends after two minutes at the latest, unless told otherwise. */
export function runIn(cwd: string, command: string, words: readonly string[], timeoutMs = 120_000): Ended {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)));
  const options = { cwd, env, encoding: 'utf8', timeout: timeoutMs } as const;
  const { status, stdout, stderr } = spawnSync(command, words, options);
  return { status, output: stdout + stderr };
}
