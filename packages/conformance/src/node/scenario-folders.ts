import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Downloadable } from '@towline/downloader-core';

/** Folders of one scenario of a suite: to share from, and to receive into. */
export class ScenarioFolders {
  readonly #made: string[] = [];
  readonly #targets: string[] = [];

  /** A new empty folder. */
  make(): string {
    const folder = mkdtempSync(join(tmpdir(), 'towline-test-'));
    this.#made.push(folder);
    return folder;
  }

  /** A new empty folder to receive into. */
  target(): string {
    const folder = this.make();
    this.#targets.push(folder);
    return folder;
  }

  /** For a suite's `verifyNothingLeft`: throws when something is in a target. */
  verifyNothingLeft(): void {
    const left = this.#targets.flatMap((folder) => readdirSync(folder));
    if (left.length > 0) throw new Error(`a failed download left ${left.join(', ')}`);
  }

  /** For a suite's `cleanup`: removes all of them. */
  clean(): void {
    this.#targets.length = 0;
    for (const folder of this.#made.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** For a suite's `failingDownloadable`: the same object, whose file at `path` is emptied as soon as its first chunk was read. */
export function emptiedAfterFirstChunk(object: Downloadable, path: string): Downloadable {
  const produce = object.produce.bind(object);
  object.produce = async (state, context) => {
    const produced = await produce(state, context);
    truncateSync(path, 0);
    return produced;
  };
  return object;
}
