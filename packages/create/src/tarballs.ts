import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Refusal } from './refusal.ts';

/** Packed packages of Towline: paths by the packages' names. */
export type Tarballs = ReadonlyMap<string, string>;

// As `npm pack` calls them: the scope, a hyphen, the name, a hyphen, the version.
const packed = /^towline-(?<name>[a-z][a-z-]*)-(?<version>\d+\.\d+\.\d+.*)\.tgz$/u;

/** The tarballs of a folder. Throws {@link Refusal} where there are none, or two versions of one package. */
export function readTarballs(directory: string): Tarballs {
  const found = new Map<string, string>();
  for (const file of filesOf(directory)) {
    const name = packed.exec(file)?.groups?.['name'];
    if (name === undefined) continue;
    if (found.has(`@towline/${name}`)) throw new Refusal(`${directory} has two versions of @towline/${name}: keep one`);
    found.set(`@towline/${name}`, resolve(directory, file));
  }
  if (found.size === 0) throw new Refusal(`${directory} has no packed packages: towline-NAME-VERSION.tgz`);
  return found;
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (cause) {
    throw new Refusal(`${directory} cannot be read`, { cause });
  }
}

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * A manifest that installs Towline's packages from tarballs: those that it names itself, and by `overrides` those that
 * they bring with them. The peer dependency stays a range of versions, since that is what is published.
 */
export function withTarballs(manifest: string, tarballs: Tarballs): string {
  const parsed = JSON.parse(manifest) as Manifest;
  const own = Object.keys(parsed.devDependencies).filter((name) => name.startsWith('@towline/'));
  const missing = own.filter((name) => !tarballs.has(name));
  if (missing.length > 0) throw new Refusal(`there is no tarball of ${missing.join(', ')}: npm pack makes it`);
  const fromFiles = Array.from(tarballs, ([name, path]) => [name, `file:${path}`] as const);
  const devDependencies = {
    ...parsed.devDependencies,
    ...Object.fromEntries(fromFiles.filter(([name]) => own.includes(name))),
  };
  const overrides = Object.fromEntries(fromFiles.filter(([name]) => !own.includes(name)));
  return `${JSON.stringify({ ...parsed, devDependencies, overrides }, undefined, 2)}\n`;
}
