import { describe, expect, it } from 'vitest';
import { anchorsOf, linkViolations } from '../check-links.mjs';

const files: Readonly<Record<string, string>> = {
  'README.md': '# Top\n',
  'docs/other.md': '# Other\n\n## What `it` does, and not\n\n```sh\n# no heading\n```\n\n## Twice\n\n## Twice\n',
  'docs/table.md': '| <a id="no_space"></a>`no_space` |\n',
  'docs/picture.svg': '<svg/>',
};

const violationsOf = (text: string): readonly string[] =>
  linkViolations('docs/page.md', (path) => (path === 'docs/page.md' ? text : files[path]));

describe('a link of a page', () => {
  it.each([
    ['[a](other.md)'],
    ['[a](../README.md#top)'],
    ['# Here\n[a](#here)'],
    ['[a](other.md#what-it-does-and-not)'],
    ['[a](other.md#twice-1)'],
    ['[a](table.md#no_space)'],
    ['![a](picture.svg "a title")'],
    ['[a](https://example.com/none.md)'],
    ['[a]: other.md'],
    ['`[a](none.md)`'],
    ['```js\n[a](none.md)\n```'],
  ])('may be %j', (text) => {
    expect(violationsOf(text)).toEqual([]);
  });

  it.each([
    ['[a](none.md)', 'none.md leads to no file'],
    ['[b](other.md) [a](none.md#top)', 'none.md#top leads to no file'],
    ['[a]: none.md', 'none.md leads to no file'],
    ['[a](#nowhere)', '#nowhere leads to no heading'],
    ['[a](other.md#no-heading)', 'other.md#no-heading leads to no heading'],
    ['[a](../../out.md)', '../../out.md leads out of the repository'],
  ])('may not be %j', (text, says) => {
    expect(violationsOf(`first\n${text}`)).toEqual([`docs/page.md:2: the link ${says}`]);
  });

  it('is told with its line also below a block of code', () => {
    expect(violationsOf('```js\ncode\n```\n[a](none.md)')).toEqual([
      'docs/page.md:4: the link none.md leads to no file',
    ]);
  });
});

it('headings have the names that they are linked by', () => {
  expect([...anchorsOf(files['docs/other.md'] ?? '')]).toEqual(['other', 'what-it-does-and-not', 'twice', 'twice-1']);
});
