// Runs the built command in processes of its own. Nothing sleeps: tests wait for what is printed, and for ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';

export const mainPath = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** One JSON line. */
export type Event = Readonly<Record<string, unknown>> & { readonly event: string };

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output, as JSON. */
  readonly events: readonly Event[];
}

const running = new Set<ChildProcess>();

/** A process of the command. */
export class Towline {
  readonly process: ChildProcess;
  /** Resolves when it has ended and everything that it said was read. */
  readonly ended: Promise<Ended>;
  readonly #waiting = new Set<() => void>();
  readonly #out: string[] = [];
  readonly #err: string[] = [];
  #isOver = false;

  constructor(words: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}) {
    const child = spawn(process.execPath, [mainPath, ...words], {
      ...options,
      env: { ...process.env, TOWLINE_TICKET: undefined, ...options.env },
      stdio: 'pipe',
    });
    this.process = child;
    running.add(child);
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => this.#heard(this.#out, line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#heard(this.#err, line));
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        running.delete(child);
        this.#isOver = true;
        for (const look of this.#waiting) look();
        const [stdout, stderr] = [this.#out.join('\n'), this.#err.join('\n')];
        resolve({ code, signal, stdout, stderr, events: this.events });
      });
    });
  }

  /** The JSON lines so far. */
  get events(): readonly Event[] {
    return this.#out.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Event);
  }

  /** Everything that was said so far. */
  get said(): string {
    return [...this.#out, ...this.#err].join('\n');
  }

  /** Resolves with the first event that matches, once it is there. */
  event(matches: (event: Event) => boolean): Promise<Event> {
    return this.#once(() => this.events.find(matches));
  }

  /** Resolves with the first line of standard output that matches. */
  line(pattern: RegExp): Promise<string> {
    return this.#once(() => this.#out.find((line) => pattern.test(line)));
  }

  /** Resolves with the first line of standard error that matches. */
  errorLine(pattern: RegExp): Promise<string> {
    return this.#once(() => this.#err.find((line) => pattern.test(line)));
  }

  /** Resolves when bytes have begun to arrive, by its JSON lines. */
  async underWay(): Promise<void> {
    await this.event((event) => event.event === 'progress' && Number(event['bytesDone']) > 0);
  }

  async #once<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`the process ended without saying it; it said:\n${this.said}`);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  #heard(lines: string[], line: string): void {
    lines.push(line);
    for (const look of this.#waiting) look();
  }
}

/** Starts `towline share … --json` and waits for its tickets. */
export async function startShare(
  words: readonly string[],
  ticketCount = 1,
): Promise<{ readonly owner: Towline; readonly tickets: readonly string[]; readonly ticket: string }> {
  const owner = new Towline(['share', ...words, '--json']);
  await owner.event(() => owner.events.filter(({ event }) => event === 'ticket').length >= ticketCount);
  const tickets = owner.events.filter(({ event }) => event === 'ticket').map(({ ticket }) => String(ticket));
  return { owner, tickets, ticket: tickets[0] ?? '' };
}

/** Starts `towline pull - … --json` with a ticket on standard input. */
export function startPull(ticket: string, words: readonly string[]): Towline {
  const receiver = new Towline(['pull', '-', ...words, '--json']);
  receiver.process.stdin?.end(`${ticket}\n`);
  return receiver;
}

/** The SHA-256 of a file in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Gives every test of a file an empty folder, and ends what it left running. */
export function testFolder(): { readonly path: string; in(...names: readonly string[]): string } {
  let path = '';
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'towline-system-'));
  });
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(path, { recursive: true, force: true });
  });
  return {
    get path() {
      return path;
    },
    in: (...names) => join(path, ...names),
  };
}
