import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from './refusal.ts';
import type { Files } from './render.ts';

/** Writes files into a folder, made if missing. Throws {@link Refusal} when it is not empty. */
export function writePackage(directory: string, files: Files): void {
  checkEmpty(directory);
  for (const [path, content] of files) {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    // What appeared meanwhile is somebody else's.
    writeFileSync(target, content, { flag: 'wx' });
  }
}

function checkEmpty(directory: string): void {
  if (entriesOf(directory).length > 0)
    throw new Refusal(`${directory} exists and is not empty: give another name, or empty it`);
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Refusal(`${directory} exists and is no folder that can be read: give another name`, { cause });
  }
}
