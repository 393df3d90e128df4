import { isDownloadError, type OutgoingMessage, type Transport } from '@towline/downloader-core/spi';
import { orAborted, pause } from '../bounded.ts';
import { thrownText } from '../finding.ts';
import type { ScenarioContext } from '../scenario.ts';
import { Inbox } from './inbox.ts';
import type { TransportRig } from './options.ts';

const standstillMs = 50;
const encoder = new TextEncoder();

/** A message with a text as its header. */
export function message(header: string, ...body: readonly Uint8Array[]): OutgoingMessage {
  return { header: encoder.encode(header), body };
}

/** What a transport's scenario works with. */
export class TransportBench {
  readonly rig: TransportRig;
  readonly dialler: Transport;
  readonly listener: Transport;
  readonly atDialler: Inbox;
  readonly atListener: Inbox;
  readonly check: ScenarioContext['check'];
  readonly signal: AbortSignal;
  readonly #patienceMs: number;

  constructor(rig: TransportRig, { check, signal }: ScenarioContext, patienceMs: number) {
    this.rig = rig;
    this.dialler = rig.dialler;
    this.listener = rig.listener;
    this.atDialler = new Inbox(rig.dialler);
    this.atListener = new Inbox(rig.listener);
    this.check = check;
    this.signal = signal;
    this.#patienceMs = patienceMs;
  }

  /** A first message from the dialler to the listener, which makes their link. */
  async meet(): Promise<void> {
    const before = this.atListener.arrived.length;
    await this.soon(this.dialler.send(this.listener.endpointId, message('meet')), 'a first send to resolve');
    await this.soon(
      this.atListener.until(() => this.atListener.arrived.length > before),
      'a first message to arrive',
    );
  }

  /** Waits for what must happen; fails with what was expected, and `seen` instead, when patience ends. */
  async soon<T>(happens: Promise<T>, expected: string, seen: () => string = () => 'it did not happen'): Promise<T> {
    const late = Symbol('late');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), this.#patienceMs);
    });
    const first = await orAborted(Promise.race([happens, patience]), this.signal).finally(() => clearTimeout(timer));
    this.check(first !== late, expected, () => `${seen()} within ${this.#patienceMs} ms`);
    return first as T;
  }

  /** Waits until so many messages have arrived. */
  async arrivals(inbox: Inbox, count: number, what: string): Promise<void> {
    await this.soon(
      inbox.until(() => inbox.arrived.length >= count),
      `${count} messages ${what} to arrive`,
      () => `${inbox.arrived.length} arrived`,
    );
  }

  /** Expects a send to reject with a `DownloadError`. */
  async rejects(sending: Promise<void>, what: string): Promise<void> {
    const [end] = await this.soon(Promise.allSettled([sending]), `${what} to settle`);
    this.checkRejection(end, what);
    this.check(end.status === 'rejected', `${what} to reject`, 'it resolved');
  }

  /** Expects a settled send to have resolved, or rejected with a `DownloadError`. */
  checkRejection(end: PromiseSettledResult<void>, what: string): void {
    if (end.status === 'fulfilled') return;
    this.check(isDownloadError(end.reason), `${what} to reject with a DownloadError`, thrownText(end.reason));
  }

  /** Waits for a moment in which what must not happen would have happened. */
  async quiet(): Promise<void> {
    await pause(standstillMs, this.signal);
  }

  /** Waits until `count` no longer changes; gives what it came to. */
  async standstill(count: () => number): Promise<number> {
    let last = -1;
    for (let still = 0; still < 3; still += 1) {
      await this.quiet();
      if (count() !== last) still = -1;
      last = count();
    }
    return last;
  }

  /** Expects each link to have been lost once at most, and nothing to have come after. */
  checkLosses(): void {
    for (const { lost, late } of [this.atDialler, this.atListener]) {
      const names = lost.map(({ linkId }) => linkId);
      this.check(new Set(names).size === names.length, 'the loss of each link to be told once', names.join(', '));
      const headers = late.map(({ header }) => `"${header}"`).join(', ');
      this.check(late.length === 0, 'nothing of a link after its loss was told', headers);
    }
  }
}
