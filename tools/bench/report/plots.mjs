// @ts-check
// The plots of the page: Vega-Lite specifications, drawn as SVG.
import { contenders, isInstalled } from '../contenders.mjs';

/**
 * @typedef {import('../measure.mjs').Result} Result
 * @typedef {import('../interleave.mjs').Row} Row
 * @typedef {{ file: string, suite: string, says: string, spec: (rows: readonly Row[]) => Record<string, unknown> }} Plot
 */

const font = 'DejaVu Sans, Verdana, Helvetica, Arial, sans-serif';
const ours = '#0b6bcb';
const plain = '#8c959f';
const others = '#c9d1d9';
const second = '#d1570a';

const config = {
  font,
  background: 'white',
  view: { stroke: null },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    gridColor: '#eaeef2',
    domainColor: '#8c959f',
  },
  legend: {
    labelFontSize: 12,
    title: null,
    orient: 'top',
    symbolType: 'stroke',
    symbolStrokeWidth: 3,
    symbolOpacity: 1,
    labelLimit: 0,
  },
  title: { fontSize: 14, anchor: 'start', offset: 14 },
};

/** @type {readonly Plot[]} */
export const plots = [
  { file: 'rate.svg', suite: 'file', says: 'Rate of one file beside peers', spec: rateSpec },
  {
    file: 'rate-by-latency.svg',
    suite: 'latency',
    says: 'Rate by round trip',
    spec: latencySpec,
  },
  {
    file: 'memory-by-receivers.svg',
    suite: 'memory',
    says: 'Owner’s peak memory by receivers',
    spec: (rows) => memorySpec(rows, 'receivers', `receivers of ${rows[0]?.shape['mib']} MiB each`),
  },
  {
    file: 'memory-by-size.svg',
    suite: 'memory',
    says: 'Owner’s peak memory by size of the object',
    spec: (rows) => memorySpec(rows, 'mib', 'size of the object, MiB'),
  },
];

/** Throws unless plots can be drawn here. */
export function checkPlots() {
  const missing = ['vega', 'vega-lite'].filter((name) => !isInstalled(name));
  if (missing.length > 0)
    throw new Error(`plots need ${missing.join(' and ')}: npm run bench -- --install-peers gets them`);
}

/**
 * @param {Record<string, unknown>} spec
 * @returns {Promise<string>} an SVG
 */
export async function draw(spec) {
  checkPlots();
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile({ ...spec, config }).spec), { renderer: 'none' });
  return `${await view.toSVG()}\n`;
}

/** @param {readonly Row[]} rows */
function rateSpec(rows) {
  const values = rows.flatMap(({ name, measures: { megabytesPerSecond: rate } }) =>
    rate ? [{ name, who: whoIs(name), ...rate, label: rate.median.toFixed(0) }] : [],
  );
  const sort = values.toSorted((a, b) => b.median - a.median).map(({ name }) => name);
  const axis = { labelLimit: 0, labelPadding: 8, ticks: false, domain: false };
  const y = { field: 'name', type: 'nominal', title: null, sort, axis };
  const color = {
    field: 'who',
    type: 'nominal',
    legend: null,
    scale: { domain: ['towline', 'plain', 'other'], range: [ours, plain, others] },
  };
  return {
    title: 'One file to one receiver: MB/s, median and range',
    width: 520,
    height: { step: 28 },
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: 18 },
        encoding: { x: { field: 'median', type: 'quantitative', title: 'MB/s' }, color },
      },
      {
        mark: { type: 'rule', strokeWidth: 1.5, color: '#24292f' },
        encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 8, fontSize: 12 },
        encoding: { x: { field: 'max', type: 'quantitative' }, text: { field: 'label' } },
      },
    ],
  };
}

/** @param {string} name */
function whoIs(name) {
  if (name === contenders.towline.name) return 'towline';
  return name.startsWith('plain') ? 'plain' : 'other';
}

/** @param {readonly Row[]} rows */
function latencySpec(rows) {
  const values = rows.flatMap(({ name, shape, measures: { megabytesPerSecond: rate } }) =>
    rate ? [{ name, roundTripMs: shape['roundTripMs'], ...rate }] : [],
  );
  const x = { field: 'roundTripMs', type: 'quantitative', title: 'round trip, ms' };
  const color = series('name', [contenders.towline.name, contenders.plainChecked.name], [ours, plain]);
  const mean = { field: 'median', type: 'quantitative', title: 'MB/s', scale: { zero: true } };
  return {
    title: 'One file over a link of 1 Gbit/s: rate by round trip',
    width: 520,
    height: 260,
    data: { values },
    encoding: { x, color },
    layer: [
      {
        mark: { type: 'area', opacity: 0.15 },
        encoding: { y: { field: 'min', type: 'quantitative', title: 'MB/s' }, y2: { field: 'max' } },
      },
      { mark: { type: 'line', point: { size: 50 }, strokeWidth: 2.5 }, encoding: { y: mean } },
    ],
  };
}

/**
 * Of rows that differ in one way and in their budget; dashed, what is wanted of each.
 * @param {readonly Row[]} rows
 * @param {'receivers' | 'mib'} by
 * @param {string} title
 */
function memorySpec(rows, by, title) {
  const values = rows
    .filter(({ shape }) => (by === 'mib' ? shape['receivers'] === 1 : shape['mib'] === rows[0]?.shape['mib']))
    .flatMap(({ shape, measures: { ownerMiB, budgetMiB } }) =>
      ownerMiB && budgetMiB
        ? [
            {
              at: shape[by],
              peak: ownerMiB.max,
              most: budgetMiB.median + 96,
              budget: `budget of ${budgetMiB.median} MiB`,
            },
          ]
        : [],
    );
  const budgets = [...new Set(values.map(({ budget }) => budget))];
  const x = {
    field: 'at',
    type: 'quantitative',
    title,
    scale: { type: 'log', base: 2 },
    axis: { values: [...new Set(values.map(({ at }) => at))], format: 'd', grid: false },
  };
  const y = (/** @type {string} */ field) => ({ field, type: 'quantitative', title: 'MiB', scale: { zero: true } });
  return {
    title: 'Owner’s peak memory; dashed, its budget and 96 MiB',
    width: 520,
    height: 260,
    data: { values },
    encoding: { x, color: series('budget', budgets, [ours, second]) },
    layer: [
      { mark: { type: 'line', strokeDash: [5, 4], strokeWidth: 1.5 }, encoding: { y: y('most') } },
      { mark: { type: 'line', point: { size: 50 }, strokeWidth: 2.5, opacity: 0.7 }, encoding: { y: y('peak') } },
    ],
  };
}

/**
 * @param {string} field
 * @param {readonly string[]} domain
 * @param {readonly string[]} range colours
 */
function series(field, domain, range) {
  return { field, type: 'nominal', scale: { domain, range } };
}
