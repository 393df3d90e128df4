import type { MaybePromise } from '@towline/downloader-core/spi';

/** Runs tasks side by side, at most `limit` at once. After the first failure it starts none. */
export class Tasks {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly thrown: unknown } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts a task as soon as there is room, and does not wait for its end. Throws the first failure of an earlier one. */
  async start(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#limit) await Promise.race(this.#running);
    this.#throwFailure();
    const running: Promise<void> = task()
      .catch((thrown: unknown) => {
        this.#failure ??= { thrown };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits until nothing runs any more, then throws the first failure. */
  async finish(): Promise<void> {
    await this.settled();
    this.#throwFailure();
  }

  /** Waits until nothing runs any more, whatever came of it. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}

// The thread pool has four threads by default; some more, so that none waits for the next task.
const diskTasks = 8;

/** Does `work` for each of `items`, some at a time. Settles when nothing runs any more; throws the first failure. */
export async function forEachAtOnce<T>(items: Iterable<T>, work: (item: T) => MaybePromise<void>): Promise<void> {
  let failure: { readonly thrown: unknown } | undefined;
  const todo = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = todo.next(); !next.done && failure === undefined; next = todo.next()) {
      try {
        await work(next.value);
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
  };
  await Promise.all(Array.from({ length: diskTasks }, worker));
  if (failure !== undefined) throw failure.thrown;
}
