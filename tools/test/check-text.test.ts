import { describe, expect, it } from 'vitest';
import { textViolations } from '../check-text.mjs';

// Put together here, so that this file does not hold what the check looks for.
const path = (...parts: string[]): string => `/${parts.join('/')}`;
const host = (...parts: string[]): string => parts.join('.');

describe('tracked text', () => {
  it.each([
    [`see ${path('home', 'ada', 'towline')}`],
    [`cd ${path('root', 'project')}`],
    [`"${path('Users', 'ada', 'x.bin')}"`],
    [String.raw`C:${'\\'}Users\ada`],
    [`npm --registry https://${host('registry', 'example', 'com')}/`],
    [`"resolved": "${host('https://example', 'com')}/zod.tgz"`],
  ])('may not hold %s', (line) => {
    expect(textViolations('planted.md', `first\n${line}`)).toEqual([expect.stringMatching(/^planted\.md:2: /)]);
  });

  it.each([
    ['packages/adapter-file/src/work/home.ts'],
    ['../shared/fixtures/real'],
    ['https://example.com/home/ada'],
    ['"resolved": "packages/cli"'],
    ['publishConfig: a registry. Then more'],
  ])('may hold %s', (line) => {
    expect(textViolations('planted.md', line)).toEqual([]);
  });
});
