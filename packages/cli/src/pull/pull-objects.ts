import { relative } from 'node:path';
import { downloadAll, type ProgressEvent } from '@towline/downloader-core';
import { type Consumer, DownloadError, isDownloadError, printable } from '@towline/downloader-core/spi';
import { MappedConsumer } from '../kinds/mapped-consumer.ts';
import type { Received, ReceiveOptions } from '../kinds/kind.ts';
import type { PullTotals } from '../output/events.ts';
import type { Report } from '../output/report.ts';
import { type PullSession, refOf } from './list-objects.ts';
import type { Target } from './targets.ts';

/** What became of a whole pull. */
export interface PullResult {
  readonly totals: PullTotals;
  /** One for each object that did not come. */
  readonly errors: readonly unknown[];
}

/** Pulls every object and reports each as it is complete. Rejects for wrong arguments only. */
export async function pullObjects(
  session: PullSession,
  targets: readonly Target[],
  report: Report,
): Promise<PullResult> {
  const arrivals = new Arrivals(session, targets, report);
  report.expect(new Map(targets.map(({ entry }) => [entry.refId, entry.bytes])));
  const refs = targets.map(({ entry }) => refOf(session.ticket, entry.refId));
  const results = await downloadAll(
    session.service,
    refs,
    (_ref, index) => arrivals.consumer(targets[index] as Target),
    {
      signal: session.signal,
      progressIntervalMs: report.progressIntervalMs,
      onProgress: (event) => arrivals.progress(event),
    },
  );
  const errors = results.flatMap((result, index) =>
    result.status === 'fulfilled' ? [] : [namedError(targets[index] as Target, result.reason)],
  );
  return { totals: arrivals.totals(), errors };
}

/** Objects on their way in. */
class Arrivals {
  readonly #session: PullSession;
  readonly #report: Report;
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #label: string;
  readonly #received = new Map<string, Received>();
  readonly #last = new Map<string, ProgressEvent>();

  constructor(session: PullSession, targets: readonly Target[], report: Report) {
    this.#session = session;
    this.#report = report;
    this.#targets = new Map(targets.map((target) => [target.entry.refId, target]));
    this.#label = targets.length === 1 ? (targets[0] as Target).entry.name : `${targets.length} objects`;
  }

  consumer({ kind, entry }: Target): Consumer<Received> {
    const { directory, options } = this.#session;
    const { overwrite, only, digest, base } = options;
    const how: ReceiveOptions = {
      directory,
      overwrite,
      ...(only.length === 0 ? {} : { only }),
      ...(digest === undefined ? {} : { digest }),
      ...(base === undefined ? {} : { base }),
    };
    return new MappedConsumer(kind.receive(entry, how), (received) => {
      this.#received.set(entry.refId, received);
      return received;
    });
  }

  progress(event: ProgressEvent): void {
    this.#last.set(event.refId, event);
    this.#report.progress(this.#label, event);
    const received = this.#received.get(event.refId);
    if (event.state === 'completed' && received) this.#reportObject(event, received);
  }

  totals(): PullTotals {
    const events = [...this.#last.values()];
    return {
      bytes: [...this.#received.values()].reduce((sum, { bytes }) => sum + bytes, 0),
      wireBytes: events.reduce((sum, event) => sum + wireBytesOf(event), 0),
      acknowledged: events.every(({ state, acknowledged }) => state === 'completed' && acknowledged === true),
    };
  }

  #reportObject(event: ProgressEvent, { path, written, bytes, files, sha256 }: Received): void {
    const { kind } = (this.#targets.get(event.refId) as Target).entry;
    const object = {
      path: relative(this.#session.directory, path),
      kind,
      bytes,
      wireBytes: wireBytesOf(event),
      ...(files === undefined ? {} : { files }),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
    if (written) this.#report.result(path, { event: 'object', ...object });
    else this.#report.event({ event: 'object', ...object });
  }
}

// What was here before did not come over the network.
function wireBytesOf({ bytesDone, resumedBytes = 0 }: ProgressEvent): number {
  return bytesDone - resumedBytes;
}

function namedError({ entry }: Target, error: unknown): unknown {
  if (!isDownloadError(error)) return error;
  const { code, message, side, retryable } = error;
  return new DownloadError(code, `${printable(entry.name)}: ${message}`, { side, retryable, cause: error });
}
