// @ts-check
// Calls that may copy bytes, as a parser sees them. There are no types here: what a name is, its declarations say, by a
// type or by a first value. A name of which one declaration says nothing counts as an array of bytes.
import { parseSync } from 'oxc-parser';

/** @typedef {Record<string, any>} Node of the syntax tree */

/** @typedef {Map<string, boolean>} Names for each name whether it is evidently no array of bytes */

/** @typedef {{ text: string, line: number }} Call its source on one line; line from 1 */

/** @typedef {import('./check-copies.mjs').Source} Source */

/** Types of what is no array of bytes: those of the language, and those of its library. */
const plainTypes = new Set([
  ...['TSArrayType', 'TSTupleType', 'TSStringKeyword', 'TSNumberKeyword', 'TSLiteralType', 'TSUndefinedKeyword'],
  ...['type Array', 'type ReadonlyArray', 'type Map', 'type ReadonlyMap', 'type WeakMap'],
]);

/** Methods that give text, lists and numbers, whatever they are called on. Those that arrays of bytes have too are left out. */
const plainResults = new Set(['toString', 'padStart', 'split', 'flatMap', 'floor', 'ceil', 'max', 'min']);

/** Expressions whose value is no array of bytes. */
const plainExpressions = new Set(['TemplateLiteral', 'ArrayExpression', 'BinaryExpression', 'UnaryExpression']);

const byteArrays = /^(?:Buffer|(?:Int|Uint|Float|BigInt|BigUint)\d+(?:Clamped)?Array)$/;

/**
 * What names are by all their declarations in some files.
 * @param {readonly Source[]} sources
 * @param {Names} [around] of the package, for types that the files do not declare
 * @returns {Names}
 */
export function declaredNames(sources, around) {
  /** @type {Names} */
  const names = new Map();
  const isPlain = (/** @type {string} */ name) => names.get(name) ?? around?.get(name) ?? false;
  const programs = sources.map(parsed);
  // Types first: the names that have them are what these are.
  for (const read of [typeDeclaration, declaration]) {
    visit(programs, (node) => {
      const declared = read(node, isPlain);
      if (declared) names.set(declared.name, declared.isPlain && (names.get(declared.name) ?? true));
    });
  }
  return names;
}

/**
 * The calls in a file that may copy bytes.
 * @param {Source} source
 * @param {Names} names those of the package, for what the file itself does not declare
 * @returns {Call[]}
 */
export function copyingCalls(source, names) {
  const own = declaredNames([source], names);
  const isPlain = (/** @type {string} */ name) => own.get(name) ?? names.get(name) ?? false;
  /** @type {Call[]} */
  const calls = [];
  visit(parsed(source), (node) => {
    if (mayCopy(node, isPlain)) calls.push(callOf(node, source.text));
  });
  return calls;
}

/**
 * @param {Node} node
 * @param {(name: string) => boolean} isPlain
 */
function mayCopy(node, isPlain) {
  const { type, callee, arguments: args } = node;
  const isOfBytes = (/** @type {Node | undefined} */ value) => value !== undefined && !isPlainValue(value, isPlain);
  if (type === 'NewExpression') return byteArrays.test(callee.name) && args.length === 1 && isOfBytes(args[0]);
  if (type !== 'CallExpression') return false;
  if (callee.type === 'Identifier') return callee.name === 'structuredClone';
  if (callee.property?.type !== 'Identifier') return false;
  switch (callee.property.name) {
    case 'copy':
    case 'copyWithin':
      return true;
    case 'concat':
      return callee.object.name === 'Buffer';
    case 'from':
      return byteArrays.test(callee.object.name) && args.length === 1 && isOfBytes(args[0]);
    case 'set':
    case 'slice':
      return isOfBytes(callee.object);
    default:
      return false;
  }
}

/**
 * Whether an expression is evidently no array of bytes.
 * @param {Node} value
 * @param {(name: string) => boolean} isPlain
 * @returns {boolean}
 */
function isPlainValue(value, isPlain) {
  if (plainExpressions.has(value['type'])) return true;
  switch (value['type']) {
    case 'Literal':
      return value['value'] !== null;
    case 'NewExpression':
      return !byteArrays.test(value['callee'].name);
    case 'Identifier':
      return isPlain(value['name']);
    case 'MemberExpression':
      return isPlainMember(value, isPlain);
    case 'CallExpression':
      return plainResults.has(value['callee'].property?.name) || isPlain(`${value['callee'].name}()`);
    case 'LogicalExpression':
      return isPlainValue(value['right'], isPlain);
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return isPlainValue(value['expression'], isPlain);
    default:
      return false;
  }
}

/**
 * Lengths are numbers, and an array over a `buffer` is a view.
 * @param {Node} member
 * @param {(name: string) => boolean} isPlain
 */
function isPlainMember({ property }, isPlain) {
  return (
    ['length', 'byteLength', 'buffer', 'BYTES_PER_ELEMENT'].includes(property.name) || isPlain(nameOf(property) ?? '')
  );
}

/** @typedef {{ name: string, isPlain: boolean }} Declared */

/**
 * What a node says about a type that it declares; nothing when it declares none.
 * @param {Node} node
 * @param {(name: string) => boolean} isPlain
 * @returns {Declared | undefined}
 */
function typeDeclaration(node, isPlain) {
  const name = `type ${nameOf(node['id'] ?? node)}`;
  switch (node['type']) {
    case 'TSTypeAliasDeclaration':
      return { name, isPlain: isPlainType(node['typeAnnotation'], isPlain) };
    case 'TSInterfaceDeclaration':
      return {
        name,
        isPlain: node['extends'].every((/** @type {Node} */ base) => !byteArrays.test(base['expression'].name)),
      };
    case 'ClassDeclaration':
      return { name, isPlain: !byteArrays.test(node['superClass']?.name) };
    default:
      return undefined;
  }
}

/**
 * What a node says about a name that it declares; nothing when it declares none.
 * @param {Node} node
 * @param {(name: string) => boolean} isPlain
 * @returns {Declared | undefined}
 */
function declaration(node, isPlain) {
  if (node['type'] === 'FunctionDeclaration' && node['id'] && node['returnType'])
    return { name: `${nameOf(node['id'])}()`, isPlain: isPlainType(node['returnType'].typeAnnotation, isPlain) };
  const name = nameOf(node['key'] ?? node['id'] ?? node);
  const type = (node['id'] ?? node)['typeAnnotation']?.typeAnnotation;
  const value = node['type'] === 'VariableDeclarator' ? node['init'] : node['value'];
  const isDeclaration = type || node['type'] === 'VariableDeclarator' || node['type'] === 'PropertyDefinition';
  if (name === undefined || !isDeclaration) return undefined;
  return { name, isPlain: type ? isPlainType(type, isPlain) : value ? isPlainValue(value, () => false) : false };
}

/**
 * A private name is another one than the same without `#`.
 * @param {Node} node
 * @returns {string | undefined}
 */
function nameOf({ type, name }) {
  if (type === 'PrivateIdentifier') return `#${name}`;
  return type === 'Identifier' ? name : undefined;
}

/**
 * @param {Node} type
 * @param {(name: string) => boolean} isPlain
 * @returns {boolean}
 */
function isPlainType(type, isPlain) {
  switch (type['type']) {
    case 'TSTypeOperator':
      return isPlainType(type['typeAnnotation'], isPlain);
    case 'TSUnionType':
      return type['types'].every((/** @type {Node} */ one) => isPlainType(one, isPlain));
    case 'TSTypeReference':
      return plainTypes.has(`type ${type['typeName'].name}`) || isPlain(`type ${type['typeName'].name}`);
    default:
      return plainTypes.has(type['type']);
  }
}

/**
 * @param {Node} call
 * @param {string} text
 * @returns {Call}
 */
function callOf({ start, end, callee }, text) {
  return { text: text.slice(start, end).replaceAll(/\s+/g, ' '), line: text.slice(0, callee.end).split('\n').length };
}

/** @param {Source} source */
function parsed({ path, text }) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  return program;
}

/**
 * @param {any} node
 * @param {(node: Node) => void} see
 */
function visit(node, see) {
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.type === 'string') see(node);
  for (const child of Array.isArray(node) ? node : Object.values(node)) visit(child, see);
}
