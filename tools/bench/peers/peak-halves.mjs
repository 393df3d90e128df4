// @ts-check

const intervalMs = 50;

/** Looks at this process's memory, and keeps the peak of the first half of a time and of what comes after. */
export class PeakHalves {
  #first = 0;
  #second = 0;
  #halfMs;
  #timer;

  /** @param {number} seconds */
  constructor(seconds) {
    this.#halfMs = performance.now() + seconds * 500;
    this.#timer = setInterval(() => this.#look(), intervalMs);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** In MiB. */
  peaks() {
    return { firstHalfMiB: this.#first / 2 ** 20, secondHalfMiB: this.#second / 2 ** 20 };
  }

  #look() {
    const { rss } = process.memoryUsage();
    if (performance.now() < this.#halfMs) this.#first = Math.max(this.#first, rss);
    else this.#second = Math.max(this.#second, rss);
  }
}
