import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { mtimeMsOf, settableTime } from '../../src/io/mtime.ts';
import { temporaryFolders } from '@towline/conformance/files';

const newFolder = temporaryFolders(afterEach);

it.each([
  0n,
  1n,
  999n,
  1_600_000_000_123_456n,
  1_600_000_000_000_001n,
  1_600_000_000_999_999n,
  -1_000_000n,
  -86_400_000_000n,
])('a modification time of %i microseconds is kept to the microsecond', (microseconds) => {
  const path = join(newFolder(), 'file');
  writeFileSync(path, '');
  utimesSync(path, 0, settableTime(mtimeMsOf({ mtimeNs: microseconds * 1_000n + (microseconds > 0n ? 999n : 0n) })));
  expect(statSync(path, { bigint: true }).mtimeNs / 1_000n).toBe(microseconds);
});

it('a time is read as milliseconds with a fraction', () => {
  expect(mtimeMsOf({ mtimeNs: 1_600_000_000_250_000_000n })).toBe(1_600_000_000_250);
  expect(mtimeMsOf({ mtimeNs: 1_600_000_000_250_500_000n })).toBe(1_600_000_000_250.5);
});
