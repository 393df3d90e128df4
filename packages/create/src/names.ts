import { Refusal } from './refusal.ts';

/** What a new package can be. */
export type Kind = 'adapter' | 'transport';

/** All kinds, in the order in which they are offered. */
export const kinds: readonly Kind[] = ['adapter', 'transport'];

/** What a new package is called, everywhere. */
export interface PackageNames {
  /** What the package will be. */
  readonly kind: Kind;
  /** The name in package.json. */
  readonly package: string;
  /** The folder: the package's name without its scope. */
  readonly folder: string;
  /** What it is about: words of small letters and digits with hyphens between them. In names of files. */
  readonly name: string;
}

// It begins identifiers and names of files: so a letter comes first, and no capital.
const plainName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;
const scopeName = /^[a-z0-9][a-z0-9._-]*$/u;
const ownScope = '@towline';
/** A package's name may have 214 characters; this leaves room for a scope. */
const mostCharacters = 100;

/** Names of a package of this repository: `@towline/adapter-NAME`. Throws {@link Refusal}. */
export function namesInside(kind: Kind, name: string): PackageNames {
  checkPlain(kind, name);
  const folder = `${kind}-${name}`;
  return { kind, package: `${ownScope}/${folder}`, folder, name };
}

/**
 * Names of a package of somebody else: `towline-adapter-NAME`, or the name itself where it has a scope or begins with
 * `towline-`. Throws {@link Refusal}, for the scope `@towline` too.
 */
export function namesOutside(kind: Kind, given: string): PackageNames {
  const prefix = `towline-${kind}-`;
  if (!given.startsWith('@') && !given.startsWith('towline-')) {
    checkPlain(kind, given);
    return { kind, package: prefix + given, folder: prefix + given, name: given };
  }
  const folder = withoutScope(given);
  checkSpelling(folder);
  const ends = [prefix, `${kind}-`, 'towline-'].filter((end) => folder.startsWith(end));
  const name = folder.slice(ends[0]?.length ?? 0);
  checkSpelling(name);
  return { kind, package: given, folder, name };
}

function withoutScope(given: string): string {
  if (!given.startsWith('@')) return given;
  const [scope = '', name = '', ...rest] = given.slice(1).split('/');
  if (`@${scope}` === ownScope) throw new Refusal(`the scope ${ownScope} is not yours: give a name without it`);
  if (!scopeName.test(scope) || rest.length > 0)
    throw new Refusal(`${JSON.stringify(given)} is no name of a package: @SCOPE/NAME`);
  return name;
}

function checkPlain(kind: Kind, name: string): void {
  checkSpelling(name);
  if (name.startsWith(`${kind}-`)) throw new Refusal(`${name} repeats ${kind}-, which comes by itself: leave it out`);
}

function checkSpelling(name: string): void {
  if (plainName.test(name) && name.length <= mostCharacters) return;
  const rule = `small letters and digits, words with a hyphen between them, a letter first, at most ${mostCharacters}`;
  throw new Refusal(`${JSON.stringify(name)} is no name for a package: ${rule}`);
}

/** `json-lines` as `JsonLines`. */
export function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z0-9])/gu, (_, first: string) => first.toUpperCase());
}

/** `json-lines` as `jsonLines`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}
