// @ts-check
import { suites } from '../suites.mjs';
import { commonOf, suiteTable, targetTable } from '../tables.mjs';
import { judge } from '../targets.mjs';
import { plots } from './plots.mjs';

/**
 * @typedef {import('../measure.mjs').Result} Result
 * @typedef {{ machine: string, scale: string, minutes: number, results: readonly Result[] }} Run what `--json` writes
 */

/**
 * The page, from a run and the words that people wrote.
 * @param {Run} run
 * @param {{ intro: string, notes: Readonly<Record<string, string>>, closing: string }} words `notes`: by suite
 * @returns {string} Markdown
 */
export function page({ machine, scale, minutes, results }, { intro, notes, closing }) {
  const size = scale === 'full' ? '' : ` **A run of the scale “${scale}”: sizes are small, and so is what it says.**`;
  const how = `${machine}. The run took ${minutes.toFixed(0)} minutes.${size}`;
  const wanted = `## What is wanted, and what was seen\n\n${targetTable(judge(results))}`;
  const sections = results.map((result) => section(result, notes[result.suite] ?? ''));
  return `${[intro, how, wanted, ...sections, closing].map((part) => part.trim()).join('\n\n')}\n`;
}

/**
 * @param {Result} result
 * @param {string} note
 */
function section({ suite, rounds, rows }, note) {
  const { title, beside } = suites[suite] ?? { title: suite };
  const pictures = plots
    .filter((plot) => plot.suite === suite)
    .map(({ file, says }) => `![${says}](performance/${file})`);
  const about = [commonOf(rows), `median and range of ${rounds} rounds, of memory the peak.`]
    .filter(Boolean)
    .join('; ');
  return [`## ${title}`, note, capital(about), suiteTable(rows, beside), ...pictures].filter(Boolean).join('\n\n');
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
