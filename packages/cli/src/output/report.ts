import type { LogFields, Logger, ProgressEvent } from '@towline/downloader-core';
import type { CommandIo } from '../command-io.ts';
import { advance, type Board, newBoard, settle } from '../progress/board.ts';
import { renderBoard, renderEvent } from '../progress/render.ts';
import { Screen } from '../progress/screen.ts';
import { describeError } from './describe-error.ts';
import { type JsonEvent, jsonLine } from './events.ts';

/** How much is said, and in which form. */
export interface ReportOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

const redrawMs = 1_000;
const ignore = (): void => {};

/** Says what happens: results and events on standard output, everything for people on standard error (rules J1, J2). */
export class Report {
  readonly #io: CommandIo;
  readonly #options: ReportOptions;
  readonly #screen: Screen;
  #board: Board = newBoard(new Map());
  #cancelRedraw: (() => void) | undefined;

  constructor(io: CommandIo, options: ReportOptions) {
    this.#io = io;
    this.#options = options;
    this.#screen = new Screen(io.stderr);
  }

  /** The least time between two progress events of one stream that makes sense here. */
  get progressIntervalMs(): number {
    return this.#redraws || this.#options.json ? 250 : 1_000;
  }

  /** A result on standard output: a ticket or a received path. With `--json` its event stands there instead. */
  result(line: string, event: JsonEvent): void {
    const text = this.#options.json ? jsonLine(event) : `${line}\n`;
    const { stdout } = this.#io;
    if (this.#redraws && stdout.isTTY) this.#screen.aside(() => stdout.write(text));
    else stdout.write(text);
  }

  /** Something that only `--json` tells. */
  event(event: JsonEvent): void {
    if (this.#options.json) this.#io.stdout.write(jsonLine(event));
  }

  /** A line for people; not with `--quiet`. */
  note(text: string): void {
    if (!this.#options.quiet) this.#line(`towline: ${text}`);
  }

  /** An error; said in any case. */
  error(thrown: unknown): void {
    const { code, message } = describeError(thrown);
    this.event({ event: 'error', code, message });
    this.#line(`towline: ${message}`);
  }

  /** Says which objects count for the display, with their sizes. */
  expect(sizes: ReadonlyMap<string, number>): void {
    this.#board = newBoard(sizes);
  }

  /** A progress event of the line `label`. */
  progress(label: string, event: ProgressEvent): void {
    this.event({ event: 'progress', ...event });
    this.#board = advance(this.#board, label, event, this.#io.clock.now());
    if (this.#redraws) return this.#redraw();
    if (this.#options.json || this.#options.quiet) return;
    const line = this.#board.lines.get(label);
    if (line) this.#line(renderEvent(line));
  }

  /** What the engine says to an owner: warnings and worse. */
  ownerLogger(): Logger {
    const say = (message: string): void => this.note(message);
    return { debug: ignore, info: ignore, warn: say, error: say };
  }

  /** What it says to a receiver: how retries go. Failures come back as errors, and are said as such. */
  receiverLogger(): Logger {
    const sayRetries = (message: string, fields: LogFields = {}): void => {
      if ('retry' in fields || 'retries' in fields) this.note(message);
    };
    return { debug: ignore, info: sayRetries, warn: sayRetries, error: (message) => this.note(message) };
  }

  /** Stops redrawing; what was drawn stays. */
  close(): void {
    this.#cancelRedraw?.();
    this.#cancelRedraw = undefined;
  }

  get #redraws(): boolean {
    const { stdout, stderr } = this.#io;
    // Events and a display on one terminal would spoil each other.
    return stderr.isTTY && !this.#options.quiet && !(this.#options.json && stdout.isTTY);
  }

  #redraw(): void {
    this.#cancelRedraw?.();
    const { columns } = this.#io.stderr;
    this.#screen.draw(renderBoard(this.#board, { columns, colours: !this.#io.env['NO_COLOR'] }));
    this.#cancelRedraw = this.#io.clock.setTimer(redrawMs, () => {
      // Without news the rate has to fall.
      this.#board = settle(this.#board, this.#io.clock.now());
      this.#redraw();
    });
  }

  #line(text: string): void {
    if (this.#redraws) this.#screen.print(text);
    else this.#io.stderr.write(`${text}\n`);
  }
}
