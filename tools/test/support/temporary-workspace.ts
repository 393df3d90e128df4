import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Contents by path; what is no string is written as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/** A folder of its own, gone when it is disposed of. */
export class TemporaryWorkspace implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), 'towline-tools-'));

  constructor(files: Files) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  write(path: string, content: unknown): void {
    const target = join(this.root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
