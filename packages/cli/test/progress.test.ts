import type { ProgressEvent } from '@towline/downloader-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, type Board, newBoard, settle } from '../src/progress/board.ts';
import { renderBar, renderBoard, renderEvent } from '../src/progress/render.ts';
import { formatBytes, formatDuration } from '../src/progress/units.ts';

const MiB = 1_024 * 1_024;
const look = { columns: 200, colours: false };

function event(fields: Partial<ProgressEvent>): ProgressEvent {
  return {
    transactionId: 'T1',
    refId: 'R1',
    receiverId: 'a',
    sequence: 1,
    bytesDone: 0,
    timestampMs: 0,
    state: 'active',
    ...fields,
  };
}

/** The board after events of one receiver, one second apart. */
function boardOf(sizes: Record<string, number>, ...events: readonly Partial<ProgressEvent>[]): Board {
  return events.reduce<Board>(
    (board, fields, index) => advance(board, fields.receiverId ?? 'a', event(fields), index * 1_000),
    newBoard(new Map(Object.entries(sizes))),
  );
}

function eventLine(board: Board, label: string): string {
  const line = board.lines.get(label);
  if (!line) throw new Error(`no line ${label}`);
  return renderEvent(line);
}

describe('progress', () => {
  it('J1 is one line per receiver with bar, bytes, rate, time left and state', () => {
    const board = boardOf({ R1: 40 * MiB }, { bytesDone: 0 }, { bytesDone: 10 * MiB });
    expect(renderBoard(board, look)).toEqual([
      'a  [######------------------]  10.0 MiB of 40.0 MiB 25%  10.0 MiB/s  3s left  active',
    ]);
  });

  it('J1 adds up the objects of a receiver, also those that have not begun', () => {
    const board = boardOf({ R1: 2 * MiB, R2: 2 * MiB }, { bytesDone: 2 * MiB, state: 'completed' });
    expect(renderBoard(board, look)[0]).toContain('2.0 MiB of 4.0 MiB 50%');
    expect(renderBoard(board, look)[0]).toContain('active');
  });

  it('J1 is completed only when every object is', () => {
    const done = { bytesDone: MiB, state: 'completed' } as const;
    const board = boardOf({ R1: MiB, R2: MiB }, done, { ...done, refId: 'R2' });
    expect(board.lines.get('a')?.state).toBe('completed');
  });

  it('J1 says that an object failed and why, whatever the others do', () => {
    const board = boardOf(
      { R1: MiB, R2: MiB },
      { state: 'failed', reason: 'idle' },
      { refId: 'R2', state: 'completed' },
    );
    expect(renderBoard(board, look)[0]).toContain('failed (idle)');
  });

  it('J1 counts bytes that an earlier pull had brought as done, but not as speed', () => {
    const resumed = { bytesDone: 30 * MiB, resumedBytes: 30 * MiB };
    const board = boardOf({ R1: 40 * MiB }, resumed, { ...resumed, bytesDone: 31 * MiB });
    expect(renderBoard(board, look)[0]).toContain('31.0 MiB of 40.0 MiB 77%  1.0 MiB/s');
  });

  it('J1 the rate falls while nothing comes', () => {
    const board = boardOf({ R1: 40 * MiB }, { bytesDone: 0 }, { bytesDone: 10 * MiB });
    const later = settle(settle(board, 2_000), 3_000);
    expect(later.lines.get('a')?.bytesPerSecond).toBeCloseTo((10 * MiB) / 3);
    expect(settle(later, 60_000).lines.get('a')?.bytesPerSecond).toBeUndefined();
  });

  it('J1 an empty object is a full bar once it is completed', () => {
    expect(renderBoard(boardOf({ R1: 0 }, {}), look)[0]).toContain('[------------------------]');
    expect(renderBoard(boardOf({ R1: 0 }, { state: 'completed' }), look)[0]).toContain('[########################]');
  });

  it('J1 lines of receivers stand one below the other', () => {
    const board = boardOf({ R1: MiB }, { receiverId: 'a' }, { receiverId: 'longer' });
    const [first, second] = renderBoard(board, look);
    expect(first?.indexOf('[')).toBe(second?.indexOf('['));
  });

  it('J1 never is wider than the terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.string({ unit: 'binary', minLength: 1 }), (columns, label) => {
        const board = advance(newBoard(new Map([['R1', MiB]])), label, event({ bytesDone: 1 }), 0);
        for (const line of renderBoard(board, { columns, colours: false })) expect(line.length).toBeLessThan(columns);
      }),
    );
  });

  it('J1 colours are left out where they are not wanted', () => {
    const board = boardOf({ R1: MiB }, { state: 'failed' });
    expect(renderBoard(board, { columns: 80, colours: true })[0]).toContain('\u001b[31m');
    expect(renderBoard(board, { columns: 80, colours: false })[0]).not.toContain('\u001b');
  });

  it('J1 names and reasons of peers are escaped', () => {
    const label = 'a\u001b[2J\nb';
    const board = advance(
      newBoard(new Map([['R1', 1]])),
      label,
      event({ state: 'failed', reason: '\u001b]0;x\u0007' }),
      0,
    );
    for (const line of [...renderBoard(board, look), eventLine(board, label)]) {
      expect(line).not.toMatch(/[\p{Cc}]/u);
    }
  });

  it('J1 one event is one line where nothing can be redrawn', () => {
    const board = boardOf({ R1: 4 * MiB }, { bytesDone: 0 }, { bytesDone: MiB });
    expect(eventLine(board, 'a')).toBe('a  active  1.0 MiB of 4.0 MiB 25%  1.0 MiB/s  3s left');
  });
});

describe('figures for people', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.0 KiB'],
    [1_536, '1.5 KiB'],
    [MiB - 1, '1.0 MiB'],
    [5 * 1_024 * MiB, '5.0 GiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0s'],
    [1, '1s'],
    [59_000, '59s'],
    [185_000, '3m05s'],
    [7_620_000, '2h07m'],
  ])('%i ms are %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it('a bar never is longer than its cells', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 80 }), (done, total, cells) => {
        expect(renderBar(done, total, cells)).toHaveLength(cells);
      }),
    );
  });
});
