// @ts-check
// Which files may import Node: a browser, Deno or Bun can be a receiver only if everything else stays clear of it.
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { readSources } from './imports.mjs';
import { isMain, report } from './report.mjs';
import { readPackages, rootDirectory } from './workspace.mjs';

/** In a package that runs anywhere, what needs Node has a name that says so, and a subpath of its own. */
const behindSubpath = /(?:^|\/)node(?:-test)?(?:\/|\.ts$)/;

/** @param {string} specifier */
const isBuiltin = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier);

/**
 * @param {string} folder of a package that is tagged `runtime:any`
 * @param {readonly import('./imports.mjs').SourceFile[]} files of its source folder
 * @returns {string[]} one line for each violation
 */
export function portabilityViolations(folder, files) {
  return files
    .filter(({ path }) => !behindSubpath.test(path))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) => {
        const where = `${folder}/src/${path}:${line}`;
        if (isBuiltin(specifier)) return [`${where}: imports ${specifier}`];
        const leads = specifier.startsWith('.') && behindSubpath.test(posix.join(posix.dirname(path), specifier));
        return leads ? [`${where}: imports ${specifier}, which needs Node`] : [];
      }),
    );
}

if (isMain(import.meta)) {
  const portable = readPackages(rootDirectory).filter(({ manifest }) => !manifest.nx?.tags?.includes('runtime:node'));
  report(
    'portability',
    portable.flatMap(({ folder, directory }) => portabilityViolations(folder, readSources(join(directory, 'src')))),
  );
}
