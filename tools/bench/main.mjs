// @ts-check
// `npm run bench`: Towline beside its peers, in one interleaved run; `-- --help` says how.
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { installPeers } from './install-peers.mjs';
import { measure } from './measure.mjs';
import { parseOptions, usageOf } from './options.mjs';
import { checkPlots } from './report/plots.mjs';
import { writeReport } from './report/write.mjs';
import { suites } from './suites.mjs';
import { commonOf, suiteTable, targetTable } from './tables.mjs';
import { judge } from './targets.mjs';

const options = parseOptions(process.argv.slice(2), Object.keys(suites));
if (options.help) console.log(usageOf(Object.keys(suites)));
else if (options.installPeers) installPeers();
else if (options.reportFrom) await writeReport(JSON.parse(await readFile(options.reportFrom, 'utf8')));
else await bench(options);

/** @param {import('./options.mjs').Options} options */
async function bench({ suites: names, scale, scaleName, json, report }) {
  // Before half an hour of measuring, not after it.
  if (report) checkPlots();
  const startMs = performance.now();
  const results = await measureAll(names, scale);
  const minutes = (performance.now() - startMs) / 60_000;
  console.log(`\n${targetTable(judge(results))}\n\n${minutes.toFixed(1)} minutes`);
  const run = { machine: machine(), scale: scaleName, minutes, results };
  if (json) await writeFile(json, `${JSON.stringify(run, undefined, 2)}\n`);
  if (report) await writeReport(run);
  if (results.some(({ rows }) => rows.some(({ failures }) => failures > 0))) process.exitCode = 1;
}

/**
 * @param {readonly string[]} names
 * @param {import('./scales.mjs').Scale} scale
 */
async function measureAll(names, scale) {
  const directory = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  // The peers end by themselves when this process does.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const results = [];
  for (const name of names) {
    const result = await measure(name, scale, directory, console.log);
    console.log(`\n${name}: ${[commonOf(result.rows), `rounds ${result.rounds}`].filter(Boolean).join(', ')}`);
    console.log(suiteTable(result.rows, suites[name]?.beside));
    results.push(result);
  }
  return results;
}

function machine() {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`;
}
