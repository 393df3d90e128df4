// @ts-check
// Results as tables of text, on the console and on the page.

/**
 * @typedef {import('./interleave.mjs').Row} Row
 * @typedef {import('./statistics.mjs').Spread} Spread
 * @typedef {{ heading: string, cell: (row: Row) => string | undefined }} Column
 */

/** What tells rows from each other. @type {Record<string, string>} */
const shapes = {
  receivers: 'receivers',
  mib: 'MiB',
  objects: 'objects',
  chunks: 'chunks',
  budget: 'budget',
  roundTripMs: 'round trip, ms',
};

/** What is measured, in the order of columns. @type {readonly { key: string, heading: string, show: (value: Spread) => string }[]} */
const measures = [
  { key: 'megabytesPerSecond', heading: 'MB/s', show: range(0) },
  { key: 'objectsPerSecond', heading: 'objects/s', show: range(0) },
  { key: 'microsecondsPerChunk', heading: 'µs a chunk', show: range(1) },
  { key: 'ownerMiB', heading: 'owner’s peak MiB', show: peak },
  { key: 'receiverMiB', heading: 'receiver’s peak MiB', show: peak },
  { key: 'budgetPeakMiB', heading: 'budget used, MiB', show: peak },
  { key: 'ownerCpuSecondsPerGiB', heading: 'owner CPU s/GiB', show: median },
  { key: 'receiverCpuSecondsPerGiB', heading: 'receivers CPU s/GiB', show: median },
];

/**
 * The columns that a suite's rows have something for.
 * @param {readonly Row[]} rows
 * @param {string} [beside] the name of the row that ratios are told beside
 * @returns {Column[]}
 */
export function columnsOf(rows, beside) {
  const varying = Object.keys(shapes).filter((key) => new Set(rows.map(({ shape }) => shape[key])).size > 1);
  const measured = measures.filter(({ key }) => rows.some((row) => row.measures[key]));
  const [first, ...rest] = measured.map(({ key, heading, show }) => ({
    heading,
    cell: (/** @type {Row} */ row) => row.measures[key] && show(row.measures[key]),
  }));
  const ratio = { heading: `× ${beside}`, cell: (/** @type {Row} */ row) => ratioOf(rows, row, beside) };
  return [
    { heading: '', cell: ({ name, failures }) => (failures > 0 ? `${name} **(${failures} failed)**` : name) },
    ...varying.map((key) => ({
      heading: shapes[key] ?? key,
      cell: (/** @type {Row} */ { shape }) => String(shape[key]),
    })),
    ...(first ? [first] : []),
    ...(beside ? [ratio] : []),
    ...rest,
  ];
}

/**
 * What all rows have in common: `receivers 1, MiB 64`.
 * @param {readonly Row[]} rows
 */
export function commonOf(rows) {
  const [row] = rows;
  return Object.entries(row?.shape ?? {})
    .filter(([key, value]) => rows.every(({ shape }) => shape[key] === value))
    .map(([key, value]) => `${shapes[key] ?? key} ${value}`)
    .join(', ');
}

/**
 * @param {readonly Row[]} rows
 * @param {string} [beside]
 */
export function suiteTable(rows, beside) {
  const columns = columnsOf(rows, beside);
  return markdownTable([
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ cell }) => cell(row) ?? '–')),
  ]);
}

/** @param {ReturnType<typeof import('./targets.mjs').judge>} judged */
export function targetTable(judged) {
  return markdownTable([
    ['', 'wanted', 'seen', ''],
    ...judged.map(({ target: { what, bound, limit, digits, unit = '' }, figure, verdict }) => [
      what,
      `${bound} ${limit} ${unit}`.trim(),
      Number.isFinite(figure) ? figure.toFixed(digits) : '–',
      verdict === 'met' ? verdict : `**${verdict}**`,
    ]),
  ]);
}

/** @param {readonly (readonly string[])[]} lines the first is the head */
function markdownTable([head = [], ...lines]) {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  const text = (/** @type {readonly string[]} */ line) =>
    `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [text(head), text(widths.map((width) => '-'.repeat(width))), ...lines.map(text)].join('\n');
}

/**
 * @param {readonly Row[]} rows
 * @param {Row} row
 * @param {string | undefined} beside
 */
function ratioOf(rows, { shape, measures: { megabytesPerSecond: rate } }, beside) {
  const same = rows.filter(({ name }) => name === beside);
  const other = same.find((row) => Object.keys(shapes).every((key) => row.shape[key] === shape[key])) ?? same[0];
  const reference = other?.measures['megabytesPerSecond']?.median;
  return rate && reference ? (rate.median / reference).toFixed(2) : undefined;
}

/** @param {number} digits @returns {(spread: Spread) => string} */
function range(digits) {
  return ({ median, min, max }) => `${median.toFixed(digits)} [${min.toFixed(digits)}–${max.toFixed(digits)}]`;
}

/** @param {Spread} spread */
function median({ median }) {
  return median.toFixed(2);
}

/** Of peaks the highest counts. @param {Spread} spread */
function peak({ max }) {
  return max.toFixed(0);
}
