import type { OutputStream } from '../command-io.ts';

const escapeSequence = '\u001b[';

/** Keeps a block of lines at the bottom of a terminal and redraws it in place; other lines go above it. */
export class Screen {
  readonly #stream: OutputStream;
  #drawn: readonly string[] = [];

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** Replaces the block. */
  draw(lines: readonly string[]): void {
    this.#stream.write(this.#erase() + joined(lines));
    this.#drawn = lines;
  }

  /** Writes a line that stays, above the block. */
  print(line: string): void {
    this.#stream.write(`${this.#erase()}${line}\n${joined(this.#drawn)}`);
  }

  /** Runs `write`, which writes to the same terminal by another way, with the block out of its way. */
  aside(write: () => void): void {
    this.#stream.write(this.#erase());
    write();
    this.#stream.write(joined(this.#drawn));
  }

  #erase(): string {
    return this.#drawn.length === 0 ? '' : `${escapeSequence}${this.#drawn.length}A${escapeSequence}0J`;
  }
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
