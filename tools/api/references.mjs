// @ts-check
// Which other declarations a declaration mentions.
import { declarationOf, isNode } from './modules.mjs';

/** @typedef {import('./library.mjs').Library} Library */
/** @typedef {import('./library.mjs').Target} Target */
/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {import('./modules.mjs').Node} Node */
/** @typedef {import('./modules.mjs').Origin} Origin */

/**
 * Where the names in a declaration lead, as often as they stand there. Those that no module declares are the platform's: they are left out.
 * @param {Library} library
 * @param {Module} module
 * @param {string} name
 * @returns {Target[]}
 */
export function referencesOf(library, module, name) {
  return (module.declarations.get(name) ?? [])
    .flatMap(mentionsIn)
    .map((mention) =>
      typeof mention === 'string' ? library.lookUp(module, mention) : library.follow(module, mention, true),
    )
    .filter((target) => target !== undefined);
}

/**
 * Names of the module's scope, and those that are imported on the spot: `import('./x.ts').Name`.
 * @param {Node} node
 * @returns {(string | Origin)[]}
 */
function mentionsIn(node) {
  const inside = Object.values(node).flat().filter(isNode).flatMap(mentionsIn);
  switch (node.type) {
    case 'TSTypeReference':
      return [firstOf(node['typeName']), ...inside];
    case 'TSTypeQuery':
      return node['exprName'].type === 'TSImportType' ? inside : [firstOf(node['exprName']), ...inside];
    case 'TSInterfaceHeritage':
    case 'TSClassImplements':
      return [firstOf(node['expression']), ...inside];
    case 'ClassDeclaration':
      return node['superClass'] === null ? inside : [firstOf(node['superClass']), ...inside];
    case 'TSImportType':
      return [{ specifier: node['source'].value, name: firstOf(node['qualifier']) }, ...inside];
    default:
      return node['computed'] === true && isNode(node['key']) ? [firstOf(node['key']), ...inside] : inside;
  }
}

/**
 * Of `a.b.c` the `a`: what follows is a member of what it stands for.
 * @param {Node} name
 * @returns {string}
 */
function firstOf(name) {
  const object = name['left'] ?? name['object'];
  return object === undefined ? name['name'] : firstOf(object);
}

/**
 * What a class or an interface is made from, in whichever of our packages it is.
 * @param {Library} library
 * @param {Module} module
 * @param {string} name
 */
export function basesOf(library, module, name) {
  return (module.declarations.get(name) ?? [])
    .map(declarationOf)
    .flatMap(({ superClass, extends: extended, implements: implemented }) => [
      superClass,
      ...[extended, implemented].flatMap((heritage) => heritage ?? []).map(({ expression }) => expression),
    ])
    .filter(isNode)
    .map((expression) => library.lookUp(module, firstOf(expression)))
    .flatMap((target) => (target && library.declarationOf(target)) ?? []);
}
