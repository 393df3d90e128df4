// @ts-check
// Declaration files as a parser sees them: what each declares, imports and exports.
import { parseSync } from 'oxc-parser';

/** @typedef {{ type: string, start: number, end: number, [property: string]: any }} Node a node of the syntax tree */

/** @typedef {{ specifier: string, name: string }} Origin what another module calls it; `*` is all of that module */

/**
 * @typedef {object} Exported
 * @property {string} [local] its name in this module
 * @property {Origin} [origin] of what is handed on without a name in this module
 * @property {boolean} typeOnly whether nothing is left of it at run time, whatever it is
 */

/**
 * @typedef {object} Module
 * @property {string} path
 * @property {string} text
 * @property {{ start: number, end: number, value: string }[]} comments blocks only
 * @property {Map<string, Node[]>} declarations statements by name; more than one: overloads, or merged
 * @property {Map<string, Origin & { typeOnly: boolean }>} imports by local name
 * @property {Map<string, Exported>} exports
 * @property {{ specifier: string, typeOnly: boolean }[]} stars modules of which everything is handed on
 */

/**
 * @param {string} path
 * @param {string} text of a declaration file
 * @returns {Module}
 */
export function parseModule(path, text) {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  /** @type {Module} */
  const module = {
    path,
    text,
    comments: comments.filter(({ type }) => type === 'Block'),
    declarations: new Map(),
    imports: new Map(),
    exports: new Map(),
    stars: [],
  };
  for (const statement of program.body) readStatement(module, statement);
  return module;
}

/**
 * @param {Module} module
 * @param {Node} statement
 */
function readStatement(module, statement) {
  switch (statement.type) {
    case 'ImportDeclaration':
      return readImport(module, statement);
    case 'ExportAllDeclaration':
      return readStar(module, statement);
    case 'ExportNamedDeclaration':
      return readExport(module, statement);
    default:
      for (const name of namesOf(module, statement)) declare(module, name, statement);
  }
}

/** @param {Module} module @param {Node} statement */
function readImport({ imports }, { source, importKind, specifiers }) {
  for (const { type, local, imported, importKind: kind } of specifiers) {
    const name = type === 'ImportNamespaceSpecifier' ? '*' : type === 'ImportSpecifier' ? nameOf(imported) : 'default';
    imports.set(local.name, {
      specifier: source.value,
      name,
      typeOnly: importKind === 'type' || kind === 'type',
    });
  }
}

/** @param {Module} module @param {Node} statement */
function readStar({ exports, stars }, { source, exported, exportKind }) {
  const typeOnly = exportKind === 'type';
  if (exported === null) stars.push({ specifier: source.value, typeOnly });
  else exports.set(nameOf(exported), { origin: { specifier: source.value, name: '*' }, typeOnly });
}

/** @param {Module} module @param {Node} statement */
function readExport(module, statement) {
  const { declaration, specifiers, source, exportKind } = statement;
  if (declaration !== null)
    for (const name of namesOf(module, declaration)) {
      declare(module, name, statement);
      module.exports.set(name, { local: name, typeOnly: false });
    }
  for (const { local, exported, exportKind: kind } of specifiers) {
    const typeOnly = exportKind === 'type' || kind === 'type';
    const from =
      source === null ? { local: nameOf(local) } : { origin: { specifier: source.value, name: nameOf(local) } };
    module.exports.set(nameOf(exported), { ...from, typeOnly });
  }
}

/** @param {Module} module @param {string} name @param {Node} statement */
function declare({ declarations }, name, statement) {
  declarations.set(name, [...(declarations.get(name) ?? []), statement]);
}

/** @param {Node} identifier or a string: ES2022 lets names be any */
const nameOf = ({ name, value }) => name ?? value;

/**
 * @param {Module} module
 * @param {Node} declaration
 * @returns {string[]}
 */
function namesOf({ path }, declaration) {
  switch (declaration.type) {
    case 'ClassDeclaration':
    case 'TSDeclareFunction':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [declaration['id'].name];
    case 'VariableDeclaration':
      return declaration['declarations'].map((/** @type {Node} */ { id }) => id.name);
    default:
      throw new SyntaxError(
        `${path}: a ${declaration.type} is nothing that these tools know: teach tools/api/modules.mjs`,
      );
  }
}

/**
 * What a statement declares, without the word `export` before it.
 * @param {Node} statement
 * @returns {Node}
 */
export const declarationOf = (statement) => statement['declaration'] ?? statement;

/**
 * @param {unknown} value
 * @returns {value is Node}
 */
export const isNode = (value) => typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
