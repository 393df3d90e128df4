import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const installed = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** What a program printed, and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** A folder of programs, outside of the repository, that import the built packages by name. */
export class ProgramFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'towline-conformance-'));

  constructor(sources: Readonly<Record<string, string>>) {
    symlinkSync(installed, join(this.path, 'node_modules'), 'junction');
    writeFileSync(join(this.path, 'package.json'), '{ "type": "module" }');
    for (const [name, source] of Object.entries(sources)) writeFileSync(join(this.path, name), source);
  }

  /** Runs `node` here. */
  node(...args: readonly string[]): Ended {
    const options = { cwd: this.path, encoding: 'utf8', timeout: 50_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    return { status, output: stdout + stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
