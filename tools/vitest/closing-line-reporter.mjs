// @ts-check

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * Counts every test of a run. What fails outside of a test (a module that does not load, a failing hook of a suite,
 * an unhandled rejection) counts as one failure each, so that the line never says `0 failed` of a red run.
 * @param {readonly import('vitest/node').TestModule[]} testModules
 * @param {readonly unknown[]} unhandledErrors
 * @returns {Counts}
 */
export function countTests(testModules, unhandledErrors) {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const testModule of testModules) {
    counts.failed += testModule.errors().length;
    for (const suite of testModule.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of testModule.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'skipped' : state] += 1;
    }
  }
  return counts;
}

/** @param {Counts} counts */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/**
 * Prints the closing line of a run alone on the last line. Continuous integration reads it.
 */
export default class ClosingLineReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} testModules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(testModules, unhandledErrors) {
    const line = closingLine(countTests(testModules, unhandledErrors));
    // At exit: a coverage table is printed after this hook, and the line has to be the last.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
}
