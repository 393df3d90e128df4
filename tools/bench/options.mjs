// @ts-check
// What the command line says, checked.
import { parseArgs } from 'node:util';
import { scales } from './scales.mjs';

/**
 * @typedef {object} Options
 * @property {readonly string[]} suites in their usual order
 * @property {string} scaleName
 * @property {import('./scales.mjs').Scale} scale
 * @property {string | undefined} json where the results go
 * @property {boolean} report whether the page and its plots are made anew
 * @property {string | undefined} reportFrom results of an earlier run: nothing is measured
 * @property {boolean} installPeers peers are installed: nothing is measured
 * @property {boolean} help
 */

/** @param {readonly string[]} suiteNames */
export const usageOf = (suiteNames) => `Usage: npm run bench -- [SUITE…] [options]

Suites: ${suiteNames.join(', ')}. Without a name, all of them: about half an hour, 16 GiB of disk.

  --scale NAME        ${Object.keys(scales).join(', ')}; default full
  --quick             the same as --scale quick
  --mib SIZE          of the object in file, tls, tensor and arrow
  --rounds N          how many are counted
  --json FILE         write the results
  --report            make docs/performance.md and its plots anew
  --report-from FILE  the same from a file of --json; nothing is measured
  --install-peers     install the programs it is measured beside; nothing is measured
  --help`;

/**
 * Throws an `Error` for people when something is wrong.
 * @param {readonly string[]} args
 * @param {readonly string[]} suiteNames all that there are
 * @returns {Options}
 */
export function parseOptions(args, suiteNames) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      scale: { type: 'string' },
      mib: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'boolean', default: false },
      'report-from': { type: 'string' },
      'install-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.filter((name) => !suiteNames.includes(name));
  if (unknown.length > 0) throw new Error(`there is no suite ${unknown.join()}: ${suiteNames.join()}`);
  const scaleName = values.scale ?? (values.quick ? 'quick' : 'full');
  const scale = scales[scaleName];
  if (!scale) throw new Error(`there is no scale ${scaleName}: ${Object.keys(scales).join()}`);
  return {
    suites: positionals.length > 0 ? suiteNames.filter((name) => positionals.includes(name)) : suiteNames,
    scaleName,
    scale: {
      ...scale,
      mib: wholeNumber('mib', values.mib) ?? scale.mib,
      rounds: wholeNumber('rounds', values.rounds) ?? scale.rounds,
    },
    json: values.json,
    report: values.report,
    reportFrom: values['report-from'],
    installPeers: values['install-peers'],
    help: values.help,
  };
}

/**
 * @param {string} name
 * @param {string | undefined} text
 */
function wholeNumber(name, text) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is not a whole number from 1: ${text}`);
  return value;
}
