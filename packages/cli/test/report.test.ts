import type { ProgressEvent } from '@towline/downloader-core';
import { DownloadError } from '@towline/downloader-core/spi';
import { ManualClock } from '@towline/transport-memory';
import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../src/command-io.ts';
import { Report, type ReportOptions } from '../src/output/report.ts';

const event: ProgressEvent = {
  transactionId: 'T1',
  refId: 'R1',
  receiverId: 'a',
  sequence: 1,
  bytesDone: 1,
  timestampMs: 0,
  state: 'active',
};

interface Place {
  readonly outTty?: boolean;
  readonly errTty?: boolean;
  readonly env?: Record<string, string>;
}

function reporting(options: Partial<ReportOptions>, { outTty = false, errTty = false, env = {} }: Place = {}) {
  const written = { out: '', err: '' };
  const clock = new ManualClock();
  const stream = (name: 'out' | 'err', isTTY: boolean) => ({
    isTTY,
    columns: 100,
    write: (text: string): void => void (written[name] += text),
  });
  const io: CommandIo = {
    stdin: (async function* () {})(),
    stdout: stream('out', outTty),
    stderr: stream('err', errTty),
    env,
    clock,
    hostName: 'h',
    peakMemoryBytes: () => 1,
    onInterrupt: () => () => {},
    exitNow: () => {},
  };
  const report = new Report(io, { json: false, quiet: false, ...options });
  report.expect(new Map([['R1', 2]]));
  return { report, written, clock };
}

describe('what is said', () => {
  it('J1 on a terminal progress is redrawn in place, and other lines go above it', () => {
    const { report, written } = reporting({}, { errTty: true, env: { NO_COLOR: '1' } });
    report.progress('a', event);
    report.progress('a', { ...event, bytesDone: 2 });
    report.note('hello');
    report.close();
    const [first, second, third] = written.err.split('\u001b[1A\u001b[0J');
    expect(first).toMatch(/^a {2}\[#+-+\] {2}1 B of 2 B 50%.*active\n$/);
    expect(second).toContain('2 B of 2 B');
    expect(third).toMatch(/^towline: hello\na {2}\[/);
    expect(written.out).toBe('');
  });

  it('J1 a result on the same terminal goes above the display', () => {
    const { report, written } = reporting({}, { outTty: true, errTty: true });
    report.progress('a', event);
    const drawn = written.err;
    report.result('in/a', { event: 'object', path: 'a', kind: 'file', bytes: 1, wireBytes: 1 });
    report.close();
    expect(written.out).toBe('in/a\n');
    expect(written.err).toBe(`${drawn}\u001b[1A\u001b[0J${drawn}`);
  });

  it('J1 on a terminal the rate falls while nothing comes, and nothing ticks after the end', async () => {
    const { report, written, clock } = reporting({}, { errTty: true });
    report.progress('a', event);
    await clock.advance(1_000);
    expect(written.err).toContain('0 B/s');
    report.close();
    expect(clock.pending).toBe(0);
  });

  it('J1 colours only without NO_COLOR', () => {
    const failed = { ...event, state: 'failed' } as const;
    const coloured = reporting({}, { errTty: true });
    coloured.report.progress('a', failed);
    coloured.report.close();
    expect(coloured.written.err).toContain('\u001b[31m');
    const plain = reporting({}, { errTty: true, env: { NO_COLOR: '1' } });
    plain.report.progress('a', failed);
    plain.report.close();
    expect(plain.written.err).not.toContain('\u001b[31m');
  });

  it('J1 elsewhere progress is one line per event', () => {
    const { report, written } = reporting({});
    report.progress('a', event);
    expect(written.err).toBe('a  active  1 B of 2 B 50%\n');
  });

  it('J1 --quiet says errors only', () => {
    for (const errTty of [true, false]) {
      const { report, written } = reporting({ quiet: true }, { errTty });
      report.note('hello');
      report.progress('a', event);
      report.error(new DownloadError('full', 'no seat'));
      expect(written.err).toBe('towline: no seat\n');
    }
  });

  it('J1 results are lines of standard output', () => {
    const { report, written } = reporting({});
    report.result('in/a', { event: 'object', path: 'a', kind: 'file', bytes: 1, wireBytes: 1 });
    report.event({ event: 'done', bytes: 1, wireBytes: 1, acknowledged: true, peakMemoryBytes: 1 });
    expect(written.out).toBe('in/a\n');
  });

  it('J2 --json is events instead of lines, and errors are events, too', () => {
    const { report, written } = reporting({ json: true });
    report.result('in/a', { event: 'object', path: 'a', kind: 'file', bytes: 1, wireBytes: 1 });
    report.progress('a', event);
    report.error(new DownloadError('full', 'no seat'));
    expect(
      written.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { event: 'object', path: 'a', kind: 'file', bytes: 1, wireBytes: 1 },
      { event: 'progress', ...event },
      { event: 'error', code: 'full', message: 'no seat' },
    ]);
    expect(written.err).toBe('towline: no seat\n');
  });

  it('J2 --json on the same terminal draws nothing between its lines', () => {
    const both = reporting({ json: true }, { outTty: true, errTty: true });
    both.report.progress('a', event);
    expect(both.written.err).toBe('');
    const piped = reporting({ json: true }, { errTty: true });
    piped.report.progress('a', event);
    piped.report.close();
    expect(piped.written.err).toContain('1 B of 2 B');
  });

  it('K5 an error never repeats a ticket', () => {
    const { report, written } = reporting({ json: true });
    report.error(new Error('cannot open towline1QUJDREVGR0hJSktMTU5P'));
    expect(written.err + written.out).not.toContain('QUJDREVG');
  });

  it('L8 retries of a receiver are said, failures once as its error', () => {
    const { report, written } = reporting({});
    const logger = report.receiverLogger();
    logger.warn('retry 1 of 3', { retry: 1 });
    logger.info('recovered', { retries: 1 });
    logger.warn('failed: x', { code: 'x' });
    logger.info('done');
    expect(written.err).toBe('towline: retry 1 of 3\ntowline: recovered\n');
  });
});
