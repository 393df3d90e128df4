// @ts-check
// A line for each receiver: drawn again and again where the output is a terminal, one more for every quarter where it is not.

/** @typedef {import('@towline/downloader-core').ProgressEvent} ProgressEvent */
/** @typedef {{ timestampMs: number, bytesDone: number }} Sample */

const mebibyte = 2 ** 20;
const nameCharacters = 8;
const barCharacters = 20;
/** The rate is that of the last second. */
const rateMs = 1000;

export class ProgressLines {
  #out;
  /** @type {Map<string, string>} the lines that are on the terminal */
  #drawn = new Map();
  /** @type {Map<string, string>} what was last said of each receiver */
  #said = new Map();
  /** @type {Map<string, Sample[]>} */
  #samples = new Map();

  /** @param {import('node:tty').WriteStream | import('node:stream').Writable} out */
  constructor(out) {
    this.#out = out;
  }

  /** For `onProgress` of a transaction. @param {ProgressEvent} event */
  show(event) {
    const receiver = (event.receiverId ?? 'all').padEnd(nameCharacters);
    const percent = percentOf(event);
    const text = `${wordOf(event)}  ${this.#rateOf(receiver, event)}`;
    if ('isTTY' in this.#out && this.#out.isTTY) this.#draw(receiver, `${barOf(percent)} ${percent} %  ${text}`);
    else this.#say(receiver, `${event.state} ${Math.floor(percent / 25)}`, `${percent} %  ${text}`);
  }

  /** All lines again, over those that are there. @param {string} receiver @param {string} line */
  #draw(receiver, line) {
    const up = this.#drawn.size > 0 ? `\u001B[${this.#drawn.size}A` : '';
    this.#drawn.set(receiver, line);
    const lines = Array.from(this.#drawn, ([name, text]) => `\u001B[2K${name}${text}\n`);
    this.#out.write(up + lines.join(''));
  }

  /** A new line, where it says something new. @param {string} receiver @param {string} what @param {string} line */
  #say(receiver, what, line) {
    if (this.#said.get(receiver) === what) return;
    this.#said.set(receiver, what);
    this.#out.write(`${receiver}${line}\n`);
  }

  /** @param {string} receiver @param {ProgressEvent} event */
  #rateOf(receiver, { timestampMs, bytesDone }) {
    const samples = (this.#samples.get(receiver) ?? []).filter((sample) => timestampMs - sample.timestampMs <= rateMs);
    this.#samples.set(receiver, [...samples, { timestampMs, bytesDone }]);
    const first = samples[0];
    if (!first || first.timestampMs === timestampMs) return '0 MiB/s';
    const rate = (bytesDone - first.bytesDone) / mebibyte / ((timestampMs - first.timestampMs) / 1000);
    return `${rate.toFixed(0)} MiB/s`;
  }
}

/** Nothing is known of a total before the first chunk. @param {ProgressEvent} event */
function percentOf({ bytesDone, bytesTotal }) {
  return bytesTotal ? Math.floor((bytesDone / bytesTotal) * 100) : 0;
}

/** @param {number} percent */
function barOf(percent) {
  const full = Math.round((percent / 100) * barCharacters);
  return '#'.repeat(full).padEnd(barCharacters, '.');
}

/** @param {ProgressEvent} event */
function wordOf({ state, reason }) {
  return reason ? `${state}: ${reason}` : state;
}
