import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { camelCase, type PackageNames, pascalCase } from './names.ts';

/** Where a package is made: in the repository of Towline, or anywhere else. */
export type Place = 'inside' | 'outside';

/** The files of a package: contents by path, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

const templates = fileURLToPath(new URL('../templates', import.meta.url));
const suffix = '.template';
const descriptions = { adapter: 'Lists of lines of text for Towline.', transport: 'Towline over a MessagePort.' };

/**
 * The files of a new package: its source, its test and README from the templates of its kind, its manifest and compiler
 * options from those of the place. `version` is the one of the Towline packages that it is to work with.
 */
export function renderPackage(names: PackageNames, place: Place, version: string): Files {
  const values = valuesOf(names, place, version);
  return new Map([...renderFolder(names.kind, values), ...renderFolder(place, values)]);
}

function valuesOf(names: PackageNames, place: Place, version: string): ReadonlyMap<string, string> {
  const inside = place === 'inside';
  return new Map<string, string>([
    ['name', names.name],
    ['Name', pascalCase(names.name)],
    ['variable', camelCase(names.name)],
    ['kind', names.kind],
    ['package', names.package],
    ['description', descriptions[names.kind]],
    ['version', version],
    ['runner', inside ? 'vitest' : 'node-test'],
    ['test', inside ? `npx nx test ${names.folder}` : 'npm test'],
  ]);
}

function renderFolder(folder: string, values: ReadonlyMap<string, string>): [path: string, content: string][] {
  return readdirSync(join(templates, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(suffix))
    .toSorted()
    .map((path) => {
      const target = path.slice(0, -suffix.length).split(sep).join('/').replaceAll('__name__', valueOf(values, 'name'));
      return [target, renderText(readFileSync(join(templates, folder, path), 'utf8'), values)];
    });
}

/** Puts values in the place of `{{their names}}`. */
export function renderText(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/gu, (_, name: string) => valueOf(values, name));
}

function valueOf(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw new Error(`a template names ${name}, which has no value`);
  return value;
}
