// @ts-check
// Declarations as text that only they decide: no comments, members sorted, one way to write each.
import { bodiesOf } from './members.mjs';
import { declarationOf } from './modules.mjs';

/** @typedef {import('./members.mjs').Body} Body */
/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {import('./modules.mjs').Node} Node */
/** @typedef {import('./surface.mjs').Declared} Declared */

/**
 * Without the words before it that say whether it is exported. Not formatted yet.
 * @param {Declared} declared
 */
export const textOf = ({ module, name }) =>
  (module.declarations.get(name) ?? []).map((statement) => statementText(module, declarationOf(statement))).join('\n');

/**
 * @param {Module} module
 * @param {Node} declaration
 */
function statementText(module, declaration) {
  const parts = [];
  let at = declaration.start;
  for (const body of bodiesOf(module, declaration)) {
    parts.push(bareText(module, at, body.start), bodyText(module, body));
    at = body.end;
  }
  return [...parts, bareText(module, at, declaration.end)].join('').replace(/^declare /, '');
}

/**
 * @param {Module} module
 * @param {Body} body
 */
function bodyText(module, { members }) {
  // Stable: overloads stay in their order, which decides which of them a call means.
  const sorted = members.toSorted(byText(({ key }) => (key === 'constructor' ? '' : key)));
  const lines = sorted.map(({ node }) => bareText(module, node.start, node.end).replace(/[;,]?$/, ';'));
  return ['{', ...lines, '}'].join('\n');
}

/**
 * @param {Module} module
 * @param {number} start
 * @param {number} end
 */
function bareText({ text, comments }, start, end) {
  const parts = [];
  let at = start;
  for (const comment of comments.filter((comment) => comment.start >= start && comment.end <= end)) {
    parts.push(text.slice(at, comment.start));
    at = comment.end;
  }
  // What is imported on the spot is named as if it was imported above: which of the two is the compiler's choice.
  return [...parts, text.slice(at, end)]
    .join('')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/import\("[^"]+"\)\./g, '');
}

/**
 * An order that no language of the machine changes.
 * @template T
 * @param {(one: T) => string} text
 * @returns {(a: T, b: T) => number}
 */
export const byText = (text) => (a, b) => {
  const [left, right] = [text(a), text(b)];
  return left < right ? -1 : Number(left > right);
};
