// @ts-check
// Every rule of the contract has a test whose title starts with the rule's number. The tests are collected, not read:
// titles made in a loop and those of the conformance suites count as well, and a test that is skipped does not.
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { createVitest } from 'vitest/node';
import { isMain, report } from './report.mjs';
import { rootDirectory } from './workspace.mjs';

/** @typedef {{ path: string, title: string }} TestTitle path from the root of the workspace, with forward slashes */

/** Tests that follow another numbering: the rules of the safetensors format have a W1 of their own. */
const otherNumbering = /^packages\/adapter-tensor\/test\/safetensors\//;

/**
 * The rules that a title starts with: `D2 a stale…`, `D2, D3 a stale…`.
 * @param {string} title
 * @returns {string[]}
 */
export function rulesOfTitle(title) {
  const [head = ''] = /^(?:[A-Z]\d+(?:[ ,/·:]+|$))*/.exec(title) ?? [];
  return head.match(/[A-Z]\d+/g) ?? [];
}

/**
 * @param {Readonly<Record<string, string>>} rules number to gist
 * @param {readonly TestTitle[]} tests
 * @returns {string[]} one line for each violation
 */
export function ruleViolations(rules, tests) {
  const counted = tests.filter(({ path }) => !otherNumbering.test(path));
  const tested = new Set(counted.flatMap(({ title }) => rulesOfTitle(title)));
  const untested = Object.keys(rules).filter((rule) => !tested.has(rule));
  return untested.map((rule) => `no test for ${rule} (${rules[rule]})`);
}

/**
 * Titles of all tests of the packages that a run would execute.
 * @returns {Promise<{ tests: TestTitle[], failures: string[] }>} failures: modules that could not be collected
 */
async function collectTitles() {
  const vitest = await createVitest('test', { watch: false, isolate: false, pool: 'threads', reporters: [{}] });
  try {
    const { testModules } = await vitest.collect();
    const failures = testModules.filter((testModule) => testModule.errors().length > 0);
    return {
      tests: testModules.flatMap((testModule) => titlesOf(testModule)),
      failures: failures.map(({ moduleId }) => `${portablePath(moduleId)} cannot be collected`),
    };
  } finally {
    await vitest.close();
  }
}

/** @param {string} path */
const portablePath = (path) => relative(rootDirectory, path).split(sep).join('/');

/**
 * @param {import('vitest/node').TestModule} testModule
 * @returns {TestTitle[]}
 */
function titlesOf(testModule) {
  const path = portablePath(testModule.moduleId);
  const runnable = [...testModule.children.allTests()].filter(({ options }) => (options.mode ?? 'run') === 'run');
  return runnable.map((test) => ({ path, title: test.name }));
}

if (isMain(import.meta)) {
  /** @type {Record<string, string>} */
  const rules = JSON.parse(readFileSync(join(rootDirectory, 'tools/contract-rules.json'), 'utf8'));
  const { tests, failures } = await collectTitles();
  const violations = [...failures, ...ruleViolations(rules, tests)];
  if (process.argv.includes('--strict')) report('rules', violations);
  else
    console.log([...violations, `rules: ${violations.length} violation(s), not counted without --strict`].join('\n'));
}
