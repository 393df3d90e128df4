import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterDefinitions } from '../src/adapter/definitions.ts';
import { readOn } from '../src/finding.ts';
import { transportDefinitions } from '../src/transport/definitions.ts';

const root = join(import.meta.dirname, '../../..');

/** What the headings of a page are linked by. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(root, page), 'utf8').matchAll(/^##+ (.*)$/gmu);
  return Array.from(headings, ([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each([
  ['adapter', adapterDefinitions()],
  ['transport', transportDefinitions],
] as const)('a failure of an %s', (kind, definitions) => {
  it.each([...new Set(definitions.map(({ rule }) => rule)), 'Z9'])(
    'of rule %s leads to a heading of the guide',
    (rule) => {
      const [page = '', anchor] = readOn(kind, rule).split('#');
      expect(anchorsOf(page)).toContain(anchor);
    },
  );
});
