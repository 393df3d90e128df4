// @ts-check
// The surface of a package as a page to review.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { rootDirectory } from '../workspace.mjs';
import { helpOf } from './commands.mjs';
import { declarationOf } from './modules.mjs';
import { byText, textOf } from './print.mjs';
import { referencesOf } from './references.mjs';
import { idOf, surfaceOf } from './surface.mjs';

/** @typedef {import('./library.mjs').Library} Library */
/** @typedef {import('./library.mjs').Target} Target */
/** @typedef {import('./surface.mjs').Declared} Declared */

/** Where each declaration stands in the page: the first entry that exports it, by its id. @typedef {Map<string, string>} Places */

const { printWidth, singleQuote } = JSON.parse(readFileSync(join(rootDirectory, '.oxfmtrc.json'), 'utf8'));

/**
 * @param {Library} library
 * @param {import('./library.mjs').PackageEntries} pkg
 * @returns {Promise<string>}
 */
export async function surfacePage(library, pkg) {
  const { entries, mentioned } = surfaceOf(library, pkg);
  /** @type {Places} */
  const places = new Map();
  const sections = [introduction(pkg.name)];
  for (const entry of entries) sections.push(await section(entry.specifier, entryLines(library, entry, places)));
  if (mentioned.length > 0)
    sections.push(await section('Mentioned, not exported', declarationLines(library, mentioned, new Map())));
  for (const [command, path] of pkg.commands)
    sections.push(...helpOf(command, path).map(({ words, help }) => block(words, 'text', `${help}\n`)));
  return sections.join('\n');
}

/** @param {string} name */
const introduction = (name) => `# The public surface of \`${name}\`

Made from what was built by \`npm run api -- --accept\`. What changes here changes for those who use it: review it as that.
`;

/**
 * @param {string} title
 * @param {readonly string[]} lines
 */
async function section(title, lines) {
  const { code, errors } = await format('surface.d.ts', lines.join('\n'), { printWidth, singleQuote });
  if (errors.length > 0) throw new SyntaxError(`${title}: ${errors[0]?.message}`);
  return block(title, 'ts', code);
}

/**
 * @param {string} title
 * @param {string} language
 * @param {string} code ends with a line break
 */
const block = (title, language, code) => `## ${title}\n\n\`\`\`${language}\n${code}\`\`\`\n`;

/**
 * @param {Library} library
 * @param {import('./surface.mjs').Entry} entry
 * @param {Places} places those of this entry are added
 * @returns {string[]}
 */
function entryLines(library, { specifier, exports }, places) {
  const sorted = [...exports].toSorted(byText(([name]) => name));
  const handedOn = sorted.flatMap(([name, target]) => handOver(library, name, target, places));
  /** @type {Declared[]} */
  const declared = [];
  for (const [, target] of sorted) {
    if (!('module' in target) || places.has(idOf(target))) continue;
    places.set(idOf(target), specifier);
    declared.push(target);
  }
  return [...handedOn, '', ...declarationLines(library, declared, exports)];
}

/**
 * The line for what is declared elsewhere, or exported as something else than it is declared as.
 * @param {Library} library
 * @param {string} name
 * @param {Target} target
 * @param {Places} places
 * @returns {string[]}
 */
function handOver(library, name, target, places) {
  const origin = 'origin' in target ? target.origin : { name: target.name, specifier: places.get(idOf(target)) };
  if (origin.specifier === undefined && isInPlace(name, target)) return [];
  const declared = library.declarationOf(target);
  const type = target.typeOnly || (declared && isType(declared)) ? 'type ' : '';
  const names = origin.name === name ? name : `${origin.name} as ${name}`;
  const from = origin.specifier === undefined ? '' : ` from '${origin.specifier}'`;
  return [`export ${type}{ ${names} }${from};`];
}

/**
 * Declarations in order, below imports of what they mention from elsewhere.
 * @param {Library} library
 * @param {readonly Declared[]} declared
 * @param {ReadonlyMap<string, Target>} exports of the entry
 * @returns {string[]}
 */
function declarationLines(library, declared, exports) {
  // Two files of a package may use one name for two things.
  const sorted = declared
    .map((one) => ({ ...one, text: textOf(one) }))
    .toSorted(byText((one) => `${one.name} ${one.text}`));
  const lines = sorted.map(({ module, name, text }) => {
    const target = exports.get(name);
    const isExported = target && 'module' in target && target.module === module && isInPlace(name, target);
    return `${isExported ? 'export ' : ''}${text.replace(/^(?:abstract )?(?:class|function|const|let) /gm, 'declare $&')}`;
  });
  return [...importLines(library, declared), '', ...lines.flatMap((line) => [line, ''])];
}

/**
 * @param {Library} library
 * @param {readonly Declared[]} declared
 * @returns {string[]} sorted by where they come from
 */
function importLines(library, declared) {
  const lines = declared
    .flatMap(({ module, name }) => referencesOf(library, module, name))
    .flatMap((target) => ('origin' in target ? [target.origin] : []))
    .map(({ specifier, name }) => `import type { ${name} } from '${specifier}';`);
  return [...new Set(lines)].toSorted(byText((line) => line.split(' from ').toReversed().join()));
}

/**
 * Whether a declaration is exported under its own name, as what it is.
 * @param {string} name
 * @param {Target} target
 */
const isInPlace = (name, target) => 'module' in target && target.name === name && (!target.typeOnly || isType(target));

/** @param {Declared} declared */
const isType = ({ module, name }) =>
  (module.declarations.get(name) ?? []).every((one) => /^TS(?:Interface|TypeAlias)/.test(declarationOf(one).type));
