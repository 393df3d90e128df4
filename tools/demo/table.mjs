// @ts-check

const mebibyte = 1024 * 1024;

/**
 * @typedef {object} Row What the demo found out about one process.
 * @property {string} name
 * @property {number | undefined} bytes
 * @property {number | undefined} seconds
 * @property {boolean | undefined} isEqual
 * @property {number | undefined} peakMemoryBytes
 * @property {number} exitCode
 */

/**
 * The rows as a table of text; what is not known is `-`.
 * @param {readonly Row[]} rows
 */
export function formatTable(rows) {
  const head = ['process', 'bytes', 'seconds', 'MiB/s', 'sha256 equal', 'peak MiB', 'exit'];
  const cells = [head, ...rows.map((row) => cellsOf(row))];
  const widths = head.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  return cells.map((line) => line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n');
}

/** @param {Row} row */
function cellsOf({ name, bytes, seconds, isEqual, peakMemoryBytes, exitCode }) {
  const rate = bytes === undefined || !seconds ? undefined : bytes / mebibyte / seconds;
  return [
    name,
    bytes?.toLocaleString('en') ?? '-',
    seconds?.toFixed(2) ?? '-',
    rate?.toFixed(0) ?? '-',
    isEqual === undefined ? '-' : isEqual ? 'yes' : 'NO',
    peakMemoryBytes === undefined ? '-' : (peakMemoryBytes / mebibyte).toFixed(0),
    String(exitCode),
  ];
}
