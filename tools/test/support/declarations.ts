import { Library } from '../../api/library.mjs';

/**
 * Declaration files of packages that are nowhere on a disk, by their path below `packages`: `a/dist/index.d.ts` is the
 * entry of `@towline/a`, `a/dist/more.d.ts` its `./more`.
 */
export function declarations(files: Readonly<Record<string, string>>): Library {
  const paths = Object.keys(files);
  const folders = [...new Set(paths.map((path) => path.slice(0, path.indexOf('/'))))];
  const packages = folders.map((folder) => {
    const name = `@towline/${folder}`;
    const entries = [
      [name, 'index'],
      [`${name}/more`, 'more'],
    ].flatMap(([specifier = '', file = '']) => {
      const path = `${folder}/dist/${file}.d.ts`;
      return paths.includes(path) ? [[specifier, path] as const] : [];
    });
    return { folder, name, entries: new Map(entries), commands: new Map<string, string>() };
  });
  return new Library(packages, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return text;
  });
}
