import { describe, expect, it } from 'vitest';
import { type Kind, kinds, namesInside, namesOutside } from '../src/names.ts';
import { renderPackage, renderText } from '../src/render.ts';

const outside = (kind: Kind) => renderPackage(namesOutside(kind, 'json-rows'), 'outside', '1.2.3');
const inside = (kind: Kind) => renderPackage(namesInside(kind, 'json-rows'), 'inside', '1.2.3');

const source: Readonly<Record<Kind, readonly string[]>> = {
  adapter: ['src/json-rows.ts'],
  transport: ['src/json-rows-port.ts', 'src/json-rows-transport.ts'],
};
const always = ['README.md', 'package.json', 'src/index.ts', 'test/conformance.test.ts', 'tsconfig.json'];

describe.each(kinds)('a new %s', (kind) => {
  it('has a manifest, source, a test and a README, named after it', () => {
    const paths = [...always, ...source[kind], 'tsconfig.test.json'];
    expect([...inside(kind).keys()].toSorted()).toEqual(paths.toSorted());
    expect([...outside(kind).keys()].toSorted()).toEqual([...paths, '.gitignore'].toSorted());
  });

  it('has the same source in both places, but for its name', () => {
    for (const path of source[kind]) expect(inside(kind).get(path)).toBe(outside(kind).get(path));
    const index = inside(kind).get('src/index.ts')?.replace(`@towline/${kind}-json-rows`, `towline-${kind}-json-rows`);
    expect(index).toBe(outside(kind).get('src/index.ts'));
  });

  it('has a manifest with its name, and ranges of our version', () => {
    for (const [files, name] of [
      [inside(kind), `@towline/${kind}-json-rows`],
      [outside(kind), `towline-${kind}-json-rows`],
    ] as const) {
      const manifest = JSON.parse(files.get('package.json') ?? '');
      expect(manifest).toMatchObject({
        name,
        peerDependencies: { '@towline/downloader-core': '^1.2.3' },
        devDependencies: { '@towline/conformance': '^1.2.3', '@towline/downloader-core': '^1.2.3' },
      });
    }
  });

  it('outside of the repository names nothing of it', () => {
    const texts = [...outside(kind)].filter(([path]) => path !== 'README.md').map(([, text]) => text);
    expect(texts.join('\n')).not.toMatch(/@towline\/source|\.\.\/\.\.|vitest|"nx"/u);
  });

  it('has no place that was left empty', () => {
    for (const files of [inside(kind), outside(kind)])
      for (const [path, text] of files) expect(path + text).not.toMatch(/\{\{|\}\}|__|undefined</u);
  });
});

describe('a template', () => {
  it('is refused when it names what has no value', () => {
    expect(() => renderText('{{name}}: {{planted}}', new Map([['name', 'x']]))).toThrow('planted');
  });
});
