import { printable } from '@towline/downloader-core/spi';
import type { Board, Line } from './board.ts';
import { formatBytes, formatDuration, formatRate } from './units.ts';

/** What the place that is written to can show. */
export interface Look {
  readonly columns: number;
  readonly colours: boolean;
}

const barCells = 24;
const labelCells = 24;
const escapeSequence = '\u001b[';
const colourOf: Partial<Record<Line['state'], number>> = { completed: 32, failed: 31, aborted: 31, retrying: 33 };

/** The whole display: one line of text per receiver, each fitting into the columns. */
export function renderBoard(board: Board, look: Look): readonly string[] {
  const width = Math.min(
    labelCells,
    Math.max(0, ...[...board.lines.values()].map(({ label }) => shownLabel(label).length)),
  );
  return [...board.lines.values()].map((line) => renderLine(line, width, look));
}

/** One event as one line, for a place that cannot be redrawn. */
export function renderEvent(line: Line): string {
  return [shownLabel(line.label), stateText(line), amounts(line), ...speed(line)].join('  ');
}

/** A bar of `cells` characters. */
export function renderBar(done: number, total: number, cells: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const full = Math.floor(share * cells);
  return '#'.repeat(full) + '-'.repeat(cells - full);
}

function renderLine(line: Line, labelWidth: number, { columns, colours }: Look): string {
  const label = shownLabel(line.label).padEnd(labelWidth);
  const bar = `[${renderBar(barDone(line), barTotal(line), barCells)}]`;
  const text = [label, bar, amounts(line), ...speed(line), stateText(line)].join('  ');
  // The last column stays free: some terminals wrap when it is written.
  const cut = text.length < columns ? text : text.slice(0, Math.max(0, columns - 1));
  return colours ? coloured(cut, line.state) : cut;
}

// An empty object is full once it is completed.
function barTotal({ bytesTotal }: Line): number {
  return bytesTotal === 0 ? 1 : bytesTotal;
}

function barDone({ bytesDone, bytesTotal, state }: Line): number {
  return bytesTotal === 0 && state === 'completed' ? 1 : bytesDone;
}

function amounts({ bytesDone, bytesTotal }: Line): string {
  const percent = bytesTotal > 0 ? ` ${Math.min(100, Math.floor((bytesDone / bytesTotal) * 100))}%` : '';
  return `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}${percent}`;
}

function speed({ bytesDone, bytesTotal, bytesPerSecond, state }: Line): readonly string[] {
  if (bytesPerSecond === undefined || (state !== 'active' && state !== 'completed')) return [];
  const shown = [formatRate(bytesPerSecond)];
  const isUnderWay = state === 'active' && bytesPerSecond > 0 && bytesTotal > bytesDone;
  return isUnderWay ? [...shown, `${formatDuration(((bytesTotal - bytesDone) / bytesPerSecond) * 1_000)} left`] : shown;
}

function stateText({ state, reason }: Line): string {
  return reason === undefined ? state : `${state} (${printable(reason, 120)})`;
}

// The names and reasons of peers are escaped before anybody's terminal sees them (rule W7).
function shownLabel(label: string): string {
  return printable(label, labelCells);
}

function coloured(text: string, state: Line['state']): string {
  const colour = colourOf[state];
  return colour === undefined ? text : `${escapeSequence}${colour}m${text}${escapeSequence}0m`;
}
