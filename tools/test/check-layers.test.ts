import { describe, expect, it } from 'vitest';
import { layerViolations } from '../check-layers.mjs';

const violations = (path: string, ...specifiers: string[]): string[] =>
  layerViolations([{ path, imports: specifiers.map((specifier) => ({ specifier, line: 1 })) }]);

describe('the layers of the core', () => {
  it.each([
    ['owner/ledger.ts', './roster.ts'],
    ['owner/ledger.ts', '../base/clock.ts'],
    ['owner/serving/pull.ts', '../../wire/messages.ts'],
    ['service/service.ts', '../receiver/download.ts'],
    ['index.ts', './service/service.ts'],
    ['wire/pack.ts', '@msgpack/msgpack'],
  ])('let %s import %s', (path, specifier) => {
    expect(violations(path, specifier)).toEqual([]);
  });

  it.each([
    ['owner/ledger.ts', '../receiver/download.ts'],
    ['receiver/download.ts', '../owner/ledger.ts'],
    ['chunking/cache.ts', '../owner/ledger.ts'],
    ['base/clock.ts', '../wire/messages.ts'],
    ['wire/pack.ts', '../service/service.ts'],
    ['owner/ledger.ts', '../index.ts'],
    ['owner/ledger.ts', '../../../transport-memory/src/index.ts'],
    ['index.ts', '../../transport-memory/src/index.ts'],
  ])('do not let %s import %s', (path, specifier) => {
    expect(violations(path, specifier)).toHaveLength(1);
  });

  it('have a place for every file', () => {
    expect(violations('helpers.ts')).toEqual(['helpers.ts: is in no layer']);
    expect(violations('utils/text.ts')).toEqual(['utils/text.ts: is in no layer']);
  });
});
