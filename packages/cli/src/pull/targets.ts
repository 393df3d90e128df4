import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { foldedName, hostPlatform, nameProblem } from '@towline/file-io';
import { printable, reasonOf } from '@towline/downloader-core/spi';
import { CommandError } from '../command-error.ts';
import type { IndexEntry } from '../index-ref/entry.ts';
import type { ObjectKind } from '../kinds/kind.ts';
import { kindNamed } from '../kinds/table.ts';

/** One object that is to be pulled. */
export interface Target {
  readonly entry: IndexEntry;
  readonly kind: ObjectKind;
}

/** How targets are checked. */
export interface TargetRules {
  readonly directory: string;
  readonly overwrite: boolean;
  /** Patterns of `--only`; empty: everything. */
  readonly only: readonly string[];
}

/**
 * Checks what is listed before any byte of it is pulled (rule C2): the kinds, the names, and that nothing is in the way.
 */
export async function planTargets(entries: readonly IndexEntry[], rules: TargetRules): Promise<readonly Target[]> {
  const targets = entries.map((entry) => ({ entry, kind: knownKind(entry) }));
  checkNames(entries);
  const wanted = targets.filter(
    ({ entry, kind }) => rules.only.length === 0 || kind.selects(entry, rules.only) !== false,
  );
  if (wanted.length === 0) throw nothingSelected();
  if (!rules.overwrite) for (const { entry } of wanted) await checkFree(join(rules.directory, entry.name));
  return targets;
}

/** The error of patterns that leave nothing of the whole ticket. */
export function nothingSelected(): CommandError {
  return new CommandError('nothing_selected', 'nothing of what is shared matches --only');
}

function knownKind({ kind, name }: IndexEntry): ObjectKind {
  const known = kindNamed(kind);
  if (known) return known;
  throw new CommandError(
    'bad_listing',
    `${quoted(name)} is of the kind ${quoted(kind)}, which this version does not know`,
  );
}

function checkNames(entries: readonly IndexEntry[]): void {
  const folded = new Set<string>();
  for (const { name } of entries) {
    const problem = nameProblem(name, hostPlatform);
    if (problem) throw new CommandError('bad_listing', `the owner’s name ${quoted(name)} ${problem}`);
    // Where case does not count, two names could be one file.
    const key = hostPlatform === 'windows' || process.platform === 'darwin' ? foldedName(name) : name;
    if (folded.has(key))
      throw new CommandError('bad_listing', `two of the owner’s objects would be ${quoted(name)} here`);
    folded.add(key);
  }
}

async function checkFree(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new CommandError('output_failed', `${path}: ${reasonOf(error)}`, { cause: error });
  }
  throw new CommandError('target_exists', `${path} exists: give --overwrite, or another folder with --out`);
}

function quoted(text: string): string {
  return `"${printable(text)}"`;
}
