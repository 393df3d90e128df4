import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';

/** How a program ended, and all that it said. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Variables by which Nx, Vitest and npm tell programs that they start where they are: these here are elsewhere. */
const told = /^(?:NX_|VITEST|NODE_ENV$|npm_)/u;

/** A program that is still running. */
export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
}

/** Runs a program in a folder, as somebody does who sits there. It ends after two minutes at the latest, unless told otherwise. */
export function runIn(cwd: string, command: string, words: readonly string[], timeoutMs = 120_000): Ended {
  const options = { cwd, env: environment(), encoding: 'utf8', timeout: timeoutMs } as const;
  const { status, stdout, stderr } = spawnSync(command, words, options);
  return { status, output: stdout + stderr };
}

/** Starts a program in a folder, which goes on beside others. It ends after a minute at the latest. */
export function startIn(cwd: string, command: string, words: readonly string[]): Started {
  const child = spawn(command, words, { cwd, env: environment(), timeout: 60_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => void (output += String(bytes)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
  return { child, ended };
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)));
}
