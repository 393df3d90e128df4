// @ts-check
import fc from 'fast-check';

const ciSeed = 20_251_123;

/**
 * The seed of this run's property tests: `FC_SEED` when given, fixed in continuous integration, else left to chance.
 * fast-check prints seed and path with every failure, so a failure by chance is repeated with `FC_SEED=<seed>`.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {number | undefined}
 */
export function propertySeed({ CI, FC_SEED }) {
  if (FC_SEED !== undefined) return parseSeed(FC_SEED);
  return CI === undefined || CI === '' || CI === 'false' ? undefined : ciSeed;
}

/** @param {string} text */
function parseSeed(text) {
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new TypeError(`FC_SEED is not a whole number: ${text}`);
  return seed;
}

const seed = propertySeed(process.env);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
