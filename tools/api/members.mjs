// @ts-check
// The members of a class, an interface or a type that is written as an object.

/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {import('./modules.mjs').Node} Node */

/**
 * @typedef {object} Member
 * @property {string} key what it is called by; `constructor`, `()`, `new ()` and `[]` for those without a name
 * @property {boolean} isPublic
 * @property {boolean} isLiteral whether it has one value only, by which it is told apart from others
 * @property {Node} node
 */

/**
 * @typedef {object} Body
 * @property {number} start of the first brace
 * @property {number} end
 * @property {boolean} isDocumented whether a comment of its own stands before it, as before one of the objects in a union
 * @property {Member[]} members
 */

/**
 * The bodies that say which members there are: more than one in a union of objects.
 * @param {Module} module
 * @param {Node} node a declaration, or the type that it stands for
 * @returns {Body[]}
 */
export function bodiesOf(module, node) {
  switch (node.type) {
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
      return [bodyOf(module, node['body'], node['body'].body)];
    case 'TSTypeLiteral':
      return [bodyOf(module, node, node['members'])];
    case 'TSUnionType':
    case 'TSIntersectionType':
      return node['types'].flatMap((/** @type {Node} */ type) => bodiesOf(module, type));
    case 'TSTypeAliasDeclaration':
    case 'TSParenthesizedType':
      return bodiesOf(module, node['typeAnnotation']);
    default:
      return [];
  }
}

/**
 * @param {Module} module
 * @param {Node} container
 * @param {readonly Node[]} nodes
 * @returns {Body}
 */
const bodyOf = (module, container, nodes) => ({
  start: container.start,
  end: container.end,
  isDocumented: container.type === 'TSTypeLiteral' && docOf(module, container) !== undefined,
  members: nodes.map((node) => memberOf(module, node)),
});

/**
 * @param {Module} module
 * @param {Node} node
 * @returns {Member}
 */
function memberOf({ text }, node) {
  const { accessibility, key } = /** @type {Record<string, any>} */ (node);
  const isHidden = key?.type === 'PrivateIdentifier' || accessibility === 'private' || accessibility === 'protected';
  return { key: keyOf(text, node), isPublic: !isHidden, isLiteral: isLiteral(node), node };
}

/**
 * @param {string} text
 * @param {Node} node
 * @returns {string}
 */
function keyOf(text, { type, key, computed }) {
  switch (type) {
    case 'TSCallSignatureDeclaration':
      return '()';
    case 'TSConstructSignatureDeclaration':
      return 'new ()';
    case 'TSIndexSignature':
      return '[]';
    default: {
      const name = text.slice(key.start, key.end);
      return computed ? `[${name}]` : name.replaceAll(/^['"]|['"]$/g, '');
    }
  }
}

/** @param {Node} node */
function isLiteral({ type, typeAnnotation, value }) {
  if (type === 'PropertyDefinition' && value?.type === 'Literal') return true;
  if (type !== 'TSPropertySignature' && type !== 'PropertyDefinition') return false;
  return typeAnnotation?.typeAnnotation.type === 'TSLiteralType';
}

/**
 * The words of the doc comment right before a node, without its stars; nothing: there is none.
 * @param {Module} module
 * @param {Node} node
 * @returns {string | undefined}
 */
export function docOf({ text, comments }, node) {
  const before = comments.findLast(({ end }) => end <= node.start);
  if (before === undefined || !before.value.startsWith('*')) return undefined;
  if (!/^[\s|&]*$/.test(text.slice(before.end, node.start))) return undefined;
  return before.value.replaceAll(/^\s*\*/gm, '').trim();
}
