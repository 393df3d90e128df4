import { resolve } from 'node:path';
import { parseArguments, usage } from './arguments.ts';
import { namesOutside, type PackageNames } from './names.ts';
import { Refusal } from './refusal.ts';
import { type Files, renderPackage } from './render.ts';
import { readTarballs, withTarballs } from './tarballs.ts';
import { version } from './version.ts';
import { writePackage } from './write-package.ts';

/** Everything around a call; the process in earnest, plain values in tests. */
export interface Surroundings {
  /** The folder in which the new one is made. */
  readonly directory: string;
  say(text: string): void;
  complain(text: string): void;
}

/** Runs one call of `create`. Gives the exit code: 0, or 2 for a call that was refused. */
export function run(words: readonly string[], surroundings: Surroundings): 0 | 2 {
  try {
    const invocation = parseArguments(words);
    if (invocation.command === 'help') surroundings.say(usage);
    else {
      const names = namesOutside(invocation.kind, invocation.name);
      writePackage(resolve(surroundings.directory, names.folder), filesOf(names, invocation.from, surroundings));
      surroundings.say(nextSteps(names));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    surroundings.complain(`create: ${error.message.trimEnd()}\n`);
    return 2;
  }
}

function filesOf(names: PackageNames, from: string | undefined, { directory }: Surroundings): Files {
  const files = renderPackage(names, 'outside', version);
  if (from === undefined) return files;
  const manifest = withTarballs(files.get('package.json') ?? '', readTarballs(resolve(directory, from)));
  return new Map([...files, ['package.json', manifest]]);
}

function nextSteps({ package: name, folder }: PackageNames): string {
  return `${name} is in ${folder}. Now:

  cd ${folder}
  npm install
  npm test

It passes the conformance suite as it is. Its README says where to go on.
`;
}
