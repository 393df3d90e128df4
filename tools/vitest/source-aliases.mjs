// @ts-check
import { join } from 'node:path';
import { readPackages, sourceEntries } from '../workspace.mjs';

/** @param {string} text */
const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/**
 * One alias for each public entry of each package, so that tests run from source.
 * The patterns are exact: `@towline/x` does not swallow `@towline/x/y`.
 * @returns {{ find: RegExp, replacement: string }[]}
 */
export function sourceAliases() {
  return readPackages().flatMap(({ directory, manifest }) =>
    [...sourceEntries(manifest)].map(([subpath, source]) => ({
      find: new RegExp(`^${escaped(join(manifest.name, subpath))}$`),
      replacement: join(directory, source),
    })),
  );
}
